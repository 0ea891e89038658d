import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql, StatementLane } from '../dialect.js';
import { DatabaseError } from '../errors.js';
import type { SqliteConnection } from './connection.js';
import { isBusy, toDatabaseError } from './errors.js';

export interface StatementLaneOptions {
  readonly writer: SqliteConnection;
  readonly reader: SqliteConnection;
  readonly file: string;
  readonly random: () => number;
  /** Called in the lane before each transaction, with nobody writing. */
  readonly beforeWrite: () => Promise<void>;
  /** Called around each transaction: one that was not written to the file at its path is no success. */
  readonly checkFile: () => Promise<void>;
  /** Waiting for a foreign lock ends as BUSY after this. */
  readonly busyLimitMs?: number;
}

const BUSY_LIMIT_MS = 10_000;
const LONGEST_PAUSE_MS = 100;

/** Full jitter over a doubling bound, so that two programs do not knock at the same moments. */
function busyPauseMs(tries: number, random: () => number): number {
  return 1 + random() * Math.min(LONGEST_PAUSE_MS, 5 * 2 ** tries);
}

async function transact<T>(sql: Sql, action: (sql: Sql) => Promise<T>): Promise<T> {
  // IMMEDIATE: a transaction that reads first and writes later fails as busy half of the time.
  await sql.query('BEGIN IMMEDIATE');
  try {
    const result = await action(sql);
    await sql.query('COMMIT');
    return result;
  } catch (error) {
    // A full disk may have rolled it back already; the first error is the one to tell.
    await sql.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/**
 * The lane over the two connections. Writers come one at a time: a second caller's statement would slip into an open
 * transaction.
 */
export function createStatementLane(options: StatementLaneOptions): StatementLane {
  const { writer, reader, file, random, beforeWrite, checkFile, busyLimitMs = BUSY_LIMIT_MS } = options;
  const reading = new Set<Promise<unknown>>();
  let lastWrite: Promise<unknown> = Promise.resolve();
  let closing = false;

  function track<T>(read: Promise<T>): Promise<T> {
    const settled = read.then(
      () => void reading.delete(settled),
      () => void reading.delete(settled),
    );
    reading.add(settled);
    return read;
  }

  function enqueue<T>(action: () => Promise<T>): Promise<T> {
    const turn = lastWrite.then(action);
    lastWrite = turn.catch(() => undefined);
    return turn;
  }

  /** Between tries the lane is free for others. */
  async function untilNotBusy<T>(action: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    for (let tries = 0; ; tries += 1) {
      if (closing) throw new DatabaseError('CLOSED', `${file}: the database is closed; open it again`);
      try {
        return await action();
      } catch (error) {
        if (!isBusy(error) || performance.now() - startedAt > busyLimitMs) throw toDatabaseError(error, file);
        await sleep(busyPauseMs(tries, random));
      }
    }
  }

  async function transaction<T>(action: (sql: Sql) => Promise<T>): Promise<T> {
    await beforeWrite();
    await checkFile();
    const result = await transact(writer, action);
    await checkFile();
    return result;
  }

  return {
    read: (action) => untilNotBusy(() => track(action(reader))),
    write: (action) => untilNotBusy(() => enqueue(() => transaction(action))),
    async close() {
      closing = true;
      await Promise.all([lastWrite, ...reading]);
    },
  };
}
