import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSqliteAdapter } from './sqlite/adapter.js';
import { readMigrations } from './sqlite/migrations.js';
import { ALL_STATEMENTS } from './testing/all-statements.js';

const FILES = readdirSync(new URL('./sql/', import.meta.url));

describe('the plan of each statement', () => {
  const opened = openSqliteAdapter({ file: ':memory:' });

  beforeAll(async () => {
    for (const { sql } of readMigrations()) await (await opened).executeScript(sql);
  });
  afterAll(async () => (await opened).dispose());

  async function planOf(sql: string, params: number): Promise<readonly string[]> {
    const args = Array.from({ length: params }, () => null);
    const argTypes = args.map(() => ({ scalarType: 'unknown', arity: 'scalar' }) as const);
    const { columnNames, rows } = await (await opened).queryRaw({ sql: `EXPLAIN QUERY PLAN ${sql}`, args, argTypes });
    return rows.map((row) => String(row[columnNames.indexOf('detail')]));
  }

  test('is known for every file of src/sql', () => {
    expect(ALL_STATEMENTS.length).toBeGreaterThanOrEqual(FILES.length);
    expect(new Set(ALL_STATEMENTS.map(({ name }) => name)).size).toBe(ALL_STATEMENTS.length);
  });

  test.each(ALL_STATEMENTS.map((statement) => [statement.name, statement] as const))('%s', async (_name, statement) => {
    const { sql, order, uses } = statement.sqlite;
    const plan = await planOf(sql, order.length);
    // A walk over the table, or over an index that holds every row. Small partial indexes may be walked by name.
    const walks = plan.filter((step) => /SCAN (image_exif|mine|same|source|twin|held)\b/.test(step));
    const allowed = walks.filter((step) => /USING (COVERING )?INDEX image_exif_(lease|claim)\b/.test(step));
    expect(walks, plan.join('\n')).toEqual(allowed);
    expect(
      plan.filter((step) => step.includes('AUTOMATIC')),
      plan.join('\n'),
    ).toEqual([]);
    for (const index of uses)
      expect(
        plan.some((step) => step.includes(index === 'rowid' ? 'INTEGER PRIMARY KEY' : index)),
        plan.join('\n'),
      ).toBe(true);
  });

  test('would show a walk', async () => {
    const plan = await planOf('SELECT id FROM image_exif WHERE lens_model = ?', 1);
    expect(plan.join()).toMatch(/SCAN image_exif/);
  });
});
