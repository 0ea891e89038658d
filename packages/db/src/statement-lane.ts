import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from './errors.js';
import type { Sql, SqliteConnection } from './sqlite-connection.js';
import { isBusy, toDatabaseError } from './sqlite-errors.js';

/**
 * One caller at a time on the one connection. The adapter lets a second caller's statement slip into an open
 * transaction, so nothing reaches the connection but through here.
 */
export interface StatementLane {
  /** Single statements: each stands for itself. */
  read<T>(action: (sql: Sql) => Promise<T>): Promise<T>;
  /** One transaction that takes the write lock first; all or nothing. The action may run again when the lock is taken. */
  write<T>(action: (sql: Sql) => Promise<T>): Promise<T>;
  /** Takes no new work and waits for what is queued. */
  close(): Promise<void>;
}

export interface StatementLaneOptions {
  readonly connection: SqliteConnection;
  readonly file: string;
  readonly random: () => number;
  /** Called in the lane before each transaction, with nobody on the connection. */
  readonly beforeWrite: () => Promise<void>;
  /** Waiting for a foreign lock ends as BUSY after this. */
  readonly busyLimitMs?: number;
}

const BUSY_LIMIT_MS = 10_000;
const LONGEST_PAUSE_MS = 100;

/** Full jitter over a doubling bound, so that two programs do not knock at the same moments. */
export function busyPauseMs(tries: number, random: () => number): number {
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

export function createStatementLane(options: StatementLaneOptions): StatementLane {
  const { connection, file, random, beforeWrite, busyLimitMs = BUSY_LIMIT_MS } = options;
  let tail: Promise<unknown> = Promise.resolve();
  let closing = false;

  function enqueue<T>(action: () => Promise<T>): Promise<T> {
    const turn = tail.then(async () => {
      // The driver answers in microtasks: without a real pause a loop of calls starves every timer.
      await nextTurn();
      return action();
    });
    tail = turn.catch(() => undefined);
    return turn;
  }

  /** Between tries the lane is free: a foreign writer holds up our writes, never our reads. */
  async function untilNotBusy<T>(action: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    for (let tries = 0; ; tries += 1) {
      if (closing) throw new DatabaseError('CLOSED', `${file}: the database is closed; open it again`);
      try {
        return await enqueue(action);
      } catch (error) {
        if (!isBusy(error) || performance.now() - startedAt > busyLimitMs) throw toDatabaseError(error, file);
        await sleep(busyPauseMs(tries, random));
      }
    }
  }

  return {
    read: (action) => untilNotBusy(() => action(connection)),
    write: (action) =>
      untilNotBusy(async () => {
        await beforeWrite();
        return transact(connection, action);
      }),
    async close() {
      closing = true;
      await tail;
    },
  };
}
