import { Worker } from 'node:worker_threads';
import type { SqlDriverAdapter, SqlQuery, SqlResultSet } from '@prisma/driver-adapter-utils';
import { DatabaseError } from '../errors.js';
import { ADAPTER_NAME, refuseTransaction } from './adapter.js';

export interface ThreadSettings {
  readonly file: string;
  /** How long one statement may block the thread for a foreign lock. */
  readonly busyWaitMs: number;
}

export type ThreadRequest =
  | { readonly kind: 'connect' }
  | { readonly kind: 'query'; readonly query: SqlQuery }
  | { readonly kind: 'execute'; readonly query: SqlQuery }
  | { readonly kind: 'script'; readonly text: string }
  | { readonly kind: 'close' };

export type ThreadAnswer = SqlResultSet | number | undefined;

export interface ThreadFault {
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly cause: object | undefined;
}

export type ThreadReply =
  | { readonly kind: 'done'; readonly id: number; readonly answer: ThreadAnswer }
  | { readonly kind: 'failed'; readonly id: number; readonly fault: ThreadFault };

// Resolves to the built worker from src/ and from dist/ alike, so tests run the file that ships.
const WORKER = new URL('../../dist/sqlite/sqlite.worker.js', import.meta.url);
const CLOSE_LIMIT_MS = 5000;

/** Prisma and `toDatabaseError` know the driver's errors by their name and cause. */
function fromFault({ name, message, code, cause }: ThreadFault): Error {
  return Object.assign(new Error(message, { cause }), { name, code });
}

function closedError({ file }: ThreadSettings): DatabaseError {
  return new DatabaseError('CLOSED', `${file}: the connection is closed; open the database again`);
}

function startThread(settings: ThreadSettings) {
  // None of the process's own flags: a thread that runs a file refuses `--input-type`.
  const worker = new Worker(WORKER, { workerData: settings, name: 'sqlite', execArgv: [] });
  worker.unref();
  const waiting = new Map<number, { resolve(answer: ThreadAnswer): void; reject(error: unknown): void }>();
  let nextId = 1;
  let ended = false;

  // No listener for `error`: a thread that fails is a bug, or the machine is out of memory; the process ends as it would
  // if the driver had failed in it.
  worker.on('message', (reply: ThreadReply) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0) worker.unref();
    if (reply.kind === 'done') asked?.resolve(reply.answer);
    else asked?.reject(fromFault(reply.fault));
  });
  worker.on('exit', () => {
    ended = true;
    for (const { reject } of waiting.values()) reject(closedError(settings));
    waiting.clear();
  });

  return {
    ask<Answer extends ThreadAnswer>(request: ThreadRequest): Promise<Answer> {
      if (ended) return Promise.reject(closedError(settings));
      const id = nextId++;
      return new Promise((resolve, reject) => {
        worker.postMessage({ id, request });
        worker.ref(); // a statement on its way keeps the process, an open connection does not
        waiting.set(id, { resolve: (answer) => resolve(answer as Answer), reject }); // each request has one kind of answer
      });
    },
    end: () => worker.terminate(),
  };
}

/**
 * A connection in a thread of its own. Statements run in the order in which they were sent.
 * @throws what the driver throws
 */
export async function openSqliteThread(settings: ThreadSettings): Promise<SqlDriverAdapter> {
  const { ask, end } = startThread(settings);
  await ask<undefined>({ kind: 'connect' }).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  return {
    provider: 'sqlite',
    adapterName: ADAPTER_NAME,
    queryRaw: (query) => ask<SqlResultSet>({ kind: 'query', query }),
    executeRaw: (query) => ask<number>({ kind: 'execute', query }),
    executeScript: (text) => ask<undefined>({ kind: 'script', text }),
    startTransaction: refuseTransaction,
    async dispose() {
      // A disk that is silent holds the thread: then it is left behind.
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_LIMIT_MS).unref());
      await Promise.race([ask<undefined>({ kind: 'close' }).then(end, end), deadline]);
    },
  };
}
