import { setTimeout as sleep } from 'node:timers/promises';
import type { ArgType, SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import type { Sql, SqlRow } from '../dialect.js';
import type { Columns, RowWith, SqlParams, SqlValue, Statement, StatementText } from '../statement.js';
import { openSqliteAdapter } from './adapter.js';
import { holdFile } from './copies.js';
import { isBusy, toDatabaseError } from './errors.js';
import { READER_PRAGMAS, WRITER_PRAGMAS } from './settings.js';
import { openSqliteThread } from './thread.js';

export interface SqliteConnection extends Sql {
  /** The driver's own, for Prisma. */
  readonly adapter: SqlDriverAdapter;
  close(): Promise<void>;
}

/** How long one statement may wait for a lock in its thread. The rest is done by timers, so that `close` need not wait. */
const BLOCKING_WAIT_MS = 20;

const UNKNOWN: ArgType = { scalarType: 'unknown', arity: 'scalar' };

function toObject(columns: readonly string[], values: readonly unknown[]): SqlRow {
  const row: Record<string, unknown> = {};
  for (let at = 0; at < columns.length; at += 1) row[columns[at]!] = values[at];
  return row;
}

async function queryRows(adapter: SqlDriverAdapter, sql: string, args: readonly SqlValue[]): Promise<SqlRow[]> {
  const { columnNames, rows } = await adapter.queryRaw({ sql, args: [...args], argTypes: args.map(() => UNKNOWN) });
  return rows.map((values) => toObject(columnNames, values));
}

function argsOf<Name extends string>({ order }: StatementText<Name>, params: SqlParams<Name>): SqlValue[] {
  return order.map((name) => params[name]);
}

/** Statements through Prisma's driver adapter, without the client above it: that costs more than the statement. */
function createSql(adapter: SqlDriverAdapter): Sql {
  return {
    async all<Name extends string, Row extends Columns>(
      { sqlite }: Statement<Name, Row>,
      params: SqlParams<Name>,
    ): Promise<RowWith<Row>[]> {
      const rows = await queryRows(adapter, sqlite.sql, argsOf(sqlite, params));
      return rows as RowWith<Row>[]; // statement-rows.test.ts holds the columns against what comes back
    },
    run: ({ sqlite }, params) => {
      const args = argsOf(sqlite, params);
      return adapter.executeRaw({ sql: sqlite.sql, args, argTypes: args.map(() => UNKNOWN) });
    },
    script: (text) => adapter.executeScript(text),
    query: (text, args = []) => queryRows(adapter, text, args),
  };
}

/** Loads the native library without touching a file, so that copies of it can be counted first. */
async function loadSqlite(): Promise<void> {
  const adapter = await openSqliteAdapter({ file: ':memory:' });
  await adapter.dispose();
}

async function openConnection(file: string, pragmas: string): Promise<SqliteConnection> {
  const adapter = await openSqliteThread({ file, busyWaitMs: BLOCKING_WAIT_MS });
  try {
    await adapter.executeScript(pragmas);
  } catch (error) {
    await adapter.dispose();
    throw error;
  }
  return { ...createSql(adapter), adapter, close: () => adapter.dispose() };
}

/** Switching a new file to WAL needs it alone for a moment; of several programs that start at once, the others wait. */
const OPEN_TRIES = 100;
const OPEN_PAUSE_MS = 50;

async function patiently<T>(open: () => Promise<T>, file: string, random: () => number): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await open();
    } catch (error) {
      if (!isBusy(error) || tries >= OPEN_TRIES) throw toDatabaseError(error, file);
      await sleep(1 + random() * OPEN_PAUSE_MS);
    }
  }
}

/**
 * Opens the file, and makes it when it is not there.
 * @throws DatabaseError TWO_SQLITE_COPIES, and what the file is refused for
 */
export async function openWriter(file: string, random: () => number): Promise<SqliteConnection> {
  await loadSqlite();
  const release = holdFile(file);
  try {
    const connection = await patiently(() => openConnection(file, WRITER_PRAGMAS), file, random);
    return { ...connection, close: () => connection.close().finally(release) };
  } catch (error) {
    release();
    throw error;
  }
}

/** A second connection to a file that a writer has opened: what it reads never waits for a commit. @throws DatabaseError */
export function openReader(file: string, random: () => number): Promise<SqliteConnection> {
  return patiently(() => openConnection(file, READER_PRAGMAS), file, random);
}
