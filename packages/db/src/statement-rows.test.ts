import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWriter, type SqliteConnection } from './sqlite/connection.js';
import { applyMigrations, readMigrations } from './sqlite/migrations.js';
import type { Columns, SqlValue, Statement } from './statement.js';
import { ALL_STATEMENTS } from './testing/all-statements.js';
import { insertEveryState, paramsOf } from './testing/every-state.js';
import { temporaryFolder } from './testing/open-test-database.js';

const FITS: Readonly<Record<string, (value: unknown) => boolean>> = {
  number: (value) => typeof value === 'number',
  text: (value) => typeof value === 'string',
  bytes: (value) => value instanceof Uint8Array,
};

/** Rows that are missing are no sample of what a scan should find. */
const BY_DESIGN: Readonly<Record<string, readonly string[]>> = {
  'sample-known-files': ['missing_since never has a value'],
};

interface Given {
  readonly names: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** What is wrong with what a statement says of its rows. Each column has to show a value at least once. */
function flawsOf(columns: Columns | null, { names, rows }: Given): string[] {
  const declared = Object.entries(columns ?? {});
  if (names.join() !== declared.map(([name]) => name).join()) return [`the columns are ${names.join()}`];
  return declared.flatMap(([name, type], at) => {
    const values = rows.map((row) => row[at]);
    const known = values.filter((value) => value !== null);
    const fits = FITS[type.replace('?', '')];
    const odd = known.filter((value) => fits?.(value) !== true);
    const isWronglyNull = known.length < values.length && !type.endsWith('?');
    return [
      ...(known.length === 0 ? [`${name} never has a value`] : []),
      ...odd.map((value) => `${name} is ${typeof value} ${value}`),
      ...(isWronglyNull ? [`${name} may be null`] : []),
    ];
  });
}

describe('the rows of each statement', () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'x.db');
  let connection: SqliteConnection;

  beforeAll(async () => {
    connection = await openWriter(file, Math.random);
    await applyMigrations(connection, { file, known: readMigrations(), now: 0 });
    await insertEveryState(connection);
  });
  afterAll(async () => {
    await connection.close();
    folder.remove();
  });

  /** Nothing stays of it for the next one. */
  async function give(sql: string, args: readonly SqlValue[]): Promise<Given> {
    await connection.query('BEGIN');
    try {
      const argTypes = args.map(() => ({ scalarType: 'unknown', arity: 'scalar' }) as const);
      const { columnNames, rows } = await connection.adapter.queryRaw({ sql, args: [...args], argTypes });
      return { names: columnNames, rows };
    } finally {
      await connection.query('ROLLBACK');
    }
  }

  test.each(ALL_STATEMENTS.map((statement: Statement) => [statement.name, statement] as const))(
    'are as %s declares them',
    async (_name, statement) => {
      const given = await give(statement.sqlite.sql, paramsOf(statement));
      expect(flawsOf(statement.row, given)).toEqual(BY_DESIGN[statement.name] ?? []);
    },
  );

  test.each<[what: string, columns: Columns | null, flaw: string]>([
    ['another type', { a: 'text', b: 'number?' }, 'a is number 1'],
    ['no null where there is one', { a: 'number', b: 'number' }, 'b may be null'],
    ['a column that is not there', { a: 'number', b: 'number?', c: 'text' }, 'the columns are a,b'],
    ['no rows where there are some', null, 'the columns are a,b'],
  ])('would show a statement that declares %s', async (_what, columns, flaw) => {
    const given = await give('SELECT 1 AS a, NULL AS b UNION ALL SELECT 2, 3', []);
    expect(flawsOf(columns, given)).toContain(flaw);
  });
});
