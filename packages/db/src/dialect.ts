/** What a dialect brings: statements, turns, and the upkeep of its database. The DAOs stand on these and on nothing below. */
import type { Columns, RowWith, SqlParams, SqlValue, Statement } from './statement.js';

/** A row by column name, of a text that is no `Statement`. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** Statements on one connection. */
export interface Sql {
  all<Name extends string, Row extends Columns>(
    statement: Statement<Name, Row>,
    params: SqlParams<Name>,
  ): Promise<RowWith<Row>[]>;
  /** @returns rows changed, those of triggers not counted */
  run<Name extends string>(statement: Statement<Name, null>, params: SqlParams<Name>): Promise<number>;
  /** Several statements at once, without parameters. */
  script(text: string): Promise<void>;
  /** What is asked once, while a database is opened: parameters by position, in the dialect's own way. */
  query(text: string, args?: readonly SqlValue[]): Promise<SqlRow[]>;
}

/** The way to the database: readers wait for nobody, and see what was committed before they were asked. */
export interface StatementLane {
  /** Single statements that only read: each stands for itself. */
  read<T>(action: (sql: Sql) => Promise<T>): Promise<T>;
  /** One transaction, all or nothing. The action may run again when a lock is taken. */
  write<T>(action: (sql: Sql) => Promise<T>): Promise<T>;
  /** Whether a transaction is open now. */
  readonly isWriting: boolean;
  /** Takes no new work and waits for what is on its way. */
  close(): Promise<void>;
}

/** What keeps a database quick, and copies it. */
export interface Maintenance {
  /** Called before each transaction that writes. Resolves at once while nothing is due; holds writers up when it is. */
  beforeWrite(): Promise<void>;
  /** A consistent copy of the database in a new file. */
  copy(path: string): Promise<void>;
  close(): Promise<void>;
}
