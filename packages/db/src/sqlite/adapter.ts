import {
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlQuery,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils';
import { type DriverConnection, type DriverStatement, openDriver } from './driver.js';
import { columnType, toDriver, toResult } from './values.js';

export const ADAPTER_NAME = '@clip-watch/db';

export function refuseTransaction(): Promise<never> {
  return Promise.reject(new Error('a transaction is opened by the lane, never by Prisma'));
}

export interface SqliteAdapterSettings {
  /** A path, or `:memory:`. */
  readonly file: string;
  /** How long one statement may block its thread for a foreign lock. Default 5000. */
  readonly busyWaitMs?: number;
}

function read(statement: DriverStatement): SqlResultSet {
  const columns = statement.columns();
  const values = statement.raw().all();
  const columnTypes = columns.map(({ type }, at) => columnType(type, valuesAt(values, at)));
  const rows = values.map((row) => row.map((value, at) => toResult(value, columnTypes[at]!)));
  return { columnNames: columns.map(({ name }) => name), columnTypes, rows };
}

function* valuesAt(rows: readonly (readonly unknown[])[], at: number): Generator<unknown> {
  for (const row of rows) yield row[at];
}

/** The driver's own errors have SQLite's code; what has none is a bug and stays as it is. */
function toAdapterError(error: unknown): unknown {
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return error;
  const text = String(message);
  // Callers branch on `originalCode`; the number is of use to nobody.
  return new DriverAdapterError({
    kind: 'sqlite',
    extendedCode: 1,
    message: text,
    originalCode: code,
    originalMessage: text,
  });
}

function createAdapter(connection: DriverConnection): SqlDriverAdapter {
  /** Synchronous inside: nothing of another caller comes between. */
  async function perform<T>(act: () => T): Promise<T> {
    try {
      return act();
    } catch (error) {
      throw toAdapterError(error);
    }
  }
  const prepare = ({ sql, args, argTypes }: SqlQuery): DriverStatement =>
    connection.prepare(sql).bind(args.map((value, at) => toDriver(value, argTypes[at])));
  return {
    provider: 'sqlite',
    adapterName: ADAPTER_NAME,
    queryRaw: (query) =>
      perform(() => {
        const statement = prepare(query);
        if (statement.reader) return read(statement);
        statement.run();
        return { columnNames: [], columnTypes: [], rows: [] };
      }),
    executeRaw: (query) => perform(() => prepare(query).run().changes),
    // `void`: the driver answers with itself, and Prisma's engine refuses an answer here.
    executeScript: (text) => perform(() => void connection.exec(text)),
    startTransaction: refuseTransaction,
    dispose: () => perform(() => void connection.close()),
  };
}

/**
 * One connection behind Prisma's interface. It is synchronous inside, so a program opens it in a thread.
 * @throws DriverAdapterError with SQLite's code in `cause.originalCode`; DatabaseError UNSUPPORTED
 */
export async function openSqliteAdapter({ file, busyWaitMs = 5000 }: SqliteAdapterSettings): Promise<SqlDriverAdapter> {
  try {
    return createAdapter(openDriver(file, busyWaitMs));
  } catch (error) {
    throw toAdapterError(error);
  }
}
