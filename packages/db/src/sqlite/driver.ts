import { createRequire } from 'node:module';
import { DatabaseError } from '../errors.js';

/** A prepared statement of better-sqlite3, as far as it is used here. */
export interface DriverStatement {
  /** Whether it gives rows. */
  readonly reader: boolean;
  bind(args: readonly unknown[]): DriverStatement;
  /** Rows as arrays, in the order of `columns`. */
  raw(): DriverStatement;
  columns(): readonly { readonly name: string; readonly type: string | null }[];
  all(): readonly (readonly unknown[])[];
  run(): { readonly changes: number };
}

/** A connection of better-sqlite3, as far as it is used here; the package brings no types. */
export interface DriverConnection {
  prepare(sql: string): DriverStatement;
  exec(text: string): unknown;
  /** Integers come as bigint, so that none of them is rounded. */
  defaultSafeIntegers(on: boolean): DriverConnection;
  close(): unknown;
}

type Driver = new (file: string, options: { readonly timeout: number }) => DriverConnection;

const require = createRequire(import.meta.url);

/**
 * The 13 line brings its binaries and crashes Node 20. The 12 line is compiled, and from Node 24.19 on a collected
 * statement of it aborts the process.
 */
export function driverPackage(nodeVersion: string = process.versions.node): 'better-sqlite3-12' | 'better-sqlite3-13' {
  return Number.parseInt(nodeVersion, 10) < 22 ? 'better-sqlite3-12' : 'better-sqlite3-13';
}

/** @throws DatabaseError UNSUPPORTED when the package is not installed or has no binary for this machine */
function wrapLoadError(cause: unknown): unknown {
  const code: unknown = Reflect.get(Object(cause), 'code');
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_DLOPEN_FAILED') return cause;
  const machine = `${process.platform}-${process.arch}, Node ${process.versions.node}`;
  return new DatabaseError(
    'UNSUPPORTED',
    `the SQLite driver ${driverPackage()} cannot be loaded (${machine}); install the packages again with this Node`,
    { cause },
  );
}

/**
 * @param file a path, or `:memory:`
 * @param timeout how long one statement may wait for a foreign lock, milliseconds
 * @throws DatabaseError UNSUPPORTED when there is no driver for this machine; else what the driver throws
 */
export function openDriver(file: string, timeout: number): DriverConnection {
  try {
    const Connection = require(driverPackage()) as Driver; // as in its README
    return new Connection(file, { timeout }).defaultSafeIntegers(true);
  } catch (error) {
    throw wrapLoadError(error);
  }
}
