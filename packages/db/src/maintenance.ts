import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { DatabaseLogger } from './types.js';

export type MaintenanceRequest =
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'truncate' }
  | { readonly kind: 'copy'; readonly path: string }
  | { readonly kind: 'close' };

export type MaintenanceReply =
  | { readonly kind: 'done'; readonly rows: readonly unknown[] }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** Keeps the write-ahead log short and copies the file, on a thread of its own. */
export interface Maintenance {
  /** Called before each transaction that writes. Resolves at once while the log is short; holds writers up, not the loop, when it is long. */
  beforeWrite(): Promise<void>;
  /** A consistent copy of the database in a new file. */
  copy(path: string): Promise<void>;
  close(): Promise<void>;
}

// Resolves to the built worker from src/ and from dist/ alike, so tests run the file that ships.
const WORKER = new URL('../dist/maintenance.worker.js', import.meta.url);
const MEGABYTE = 1024 * 1024;
/** From here on a checkpoint runs beside the writers. More than journal_size_limit, which the file keeps when it starts again. */
const SOON_BYTES = 8 * MEGABYTE;
/** From here on the writers wait for it: only with nobody writing can the log start again at its beginning. */
const NOW_BYTES = 32 * MEGABYTE;
/** Looking at the log's size is a system call; once in so many writes is enough. */
const LOOK_EVERY = 16;
const CLOSE_LIMIT_MS = 5000;

export interface MaintenanceOptions {
  readonly file: string;
  readonly log?: DatabaseLogger | undefined;
}

/** An error in the shape that `toDatabaseError` reads. */
function failure({ code, message }: Extract<MaintenanceReply, { kind: 'failed' }>): Error {
  return Object.assign(new Error(message), { originalCode: code, originalMessage: message });
}

function createThread(file: string) {
  const worker = new Worker(WORKER, { workerData: { file } });
  worker.unref();
  const waiting: { resolve(): void; reject(error: unknown): void }[] = [];
  worker.on('message', (reply: MaintenanceReply) => {
    const next = waiting.shift();
    if (reply.kind === 'done') next?.resolve();
    else next?.reject(failure(reply));
    if (waiting.length === 0) worker.unref();
  });
  const failAll = (error: unknown): void => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  worker.on('error', failAll);
  worker.on('exit', () => failAll(new Error('the maintenance thread has ended')));
  return {
    ask(request: MaintenanceRequest): Promise<void> {
      worker.ref();
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        worker.postMessage(request);
      });
    },
    end: () => worker.terminate(),
  };
}

export function startMaintenance({ file, log }: MaintenanceOptions): Maintenance {
  let thread: ReturnType<typeof createThread> | undefined;
  let running: Promise<void> | undefined;
  let writes = 0;
  const ask = (request: MaintenanceRequest): Promise<void> => {
    thread ??= createThread(file);
    return thread.ask(request);
  };

  function logBytes(): number {
    return statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  async function checkpoint(): Promise<void> {
    try {
      await ask({ kind: 'checkpoint' });
    } catch (error) {
      // Nothing is lost: the log only stays longer, and the next look tries again.
      log?.warn({ err: error }, 'clip_watch: checkpoint failed');
    } finally {
      running = undefined;
    }
  }

  return {
    async beforeWrite() {
      writes += 1;
      if (writes % LOOK_EVERY !== 0) return;
      const bytes = logBytes();
      if (bytes < SOON_BYTES) return;
      running ??= checkpoint();
      if (bytes >= NOW_BYTES) await running;
    },
    copy: (path) => ask({ kind: 'copy', path }),
    async close() {
      if (thread === undefined && logBytes() === 0) return;
      const deadline = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_LIMIT_MS).unref());
      const ended = ask({ kind: 'truncate' })
        .then(() => ask({ kind: 'close' }))
        .catch((error: unknown) => log?.warn({ err: error }, 'clip_watch: last checkpoint failed'));
      await Promise.race([ended, deadline]);
      await thread?.end();
      thread = undefined;
    },
  };
}
