/** What a dialect brings. The DAOs stand on these interfaces and on nothing below. */
import type { DatabaseError } from './errors.js';
import type { PrismaClient } from './generated/sqlite/client.js';
import type { Columns, RowWith, SqlParams, SqlValue, Statement } from './statement.js';

/** The dialects that a statement has a text in. */
export type Dialect = 'sqlite';

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
  /** Takes no new work and waits for what is on its way. */
  close(): Promise<void>;
}

/** Prisma's client, cut to what reads. Each call belongs into a turn of the lane: `lane.read(() => prisma…)`. */
export interface PrismaReader {
  readonly library: Pick<PrismaClient['library'], 'findMany' | 'findUnique'>;
  readonly imageExif: Pick<PrismaClient['imageExif'], 'findMany' | 'findFirst' | 'findUnique'>;
}

/** One open database, as its dialect hands it up. Its schema is up to date. */
export interface OpenDialect {
  readonly lane: StatementLane;
  readonly prisma: PrismaReader;
  /** As `Database.fault`. */
  readonly fault: DatabaseError | null;
  /** As `Database.backup`. */
  copy(path: string): Promise<void>;
  /** Takes no new work, waits for what is on its way, but no longer than those who close can wait. */
  close(): Promise<void>;
}
