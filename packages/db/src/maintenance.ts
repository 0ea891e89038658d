import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { DatabaseLogger } from './database-types.js';

export type MaintenanceRequest =
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'truncate' }
  | { readonly kind: 'copy'; readonly path: string }
  | { readonly kind: 'close' };

export type MaintenanceReply =
  /** How long the log was when a checkpoint began; 0 for the other requests. */
  | { readonly kind: 'done'; readonly logBytes: number }
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
/** Once the log was as long as this, a checkpoint runs beside the writers now and again. */
const SOON_BYTES = 8 * MEGABYTE;
/**
 * From here on the writers wait for one: only with nobody writing can the log start again at its beginning. The file
 * keeps this size (journal_size_limit): what is written over is synced in half the time that growing takes.
 */
const NOW_BYTES = 32 * MEGABYTE;
/** Writes between two checkpoints, some 6 MB of embeddings. */
const CHECKPOINT_EVERY = 16;
const CLOSE_LIMIT_MS = 5000;

export interface MaintenanceOptions {
  readonly file: string;
  readonly log?: DatabaseLogger | undefined;
}

/** An error in the shape that `toDatabaseError` reads. */
function failure({ code, message }: Extract<MaintenanceReply, { kind: 'failed' }>): Error {
  return Object.assign(new Error(message), { originalCode: code, originalMessage: message });
}

function createThread(file: string, onEnd: () => void) {
  const worker = new Worker(WORKER, { workerData: { file } });
  worker.unref();
  const waiting: { resolve(logBytes: number): void; reject(error: unknown): void }[] = [];
  worker.on('message', (reply: MaintenanceReply) => {
    const next = waiting.shift();
    if (reply.kind === 'done') next?.resolve(reply.logBytes);
    else next?.reject(failure(reply));
    if (waiting.length === 0) worker.unref();
  });
  const failAll = (error: unknown): void => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  worker.on('error', failAll);
  worker.on('exit', () => {
    onEnd();
    failAll(new Error('the maintenance thread has ended'));
  });
  return {
    ask(request: MaintenanceRequest): Promise<number> {
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
  /** How long the log was at the last checkpoint: its file keeps the size when it starts again. */
  let logBytes = 0;
  const ask = (request: MaintenanceRequest): Promise<number> => {
    // One that died is replaced: nobody may wait for an answer of it.
    thread ??= createThread(file, () => {
      thread = undefined;
    });
    return thread.ask(request);
  };

  function fileBytes(): number {
    return statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  async function checkpoint(): Promise<void> {
    try {
      logBytes = await ask({ kind: 'checkpoint' });
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
      if (writes % CHECKPOINT_EVERY !== 0 || fileBytes() < SOON_BYTES) return;
      running ??= checkpoint();
      if (logBytes < NOW_BYTES) return;
      await running;
      // That one ran beside writers and left their last pages. After this one the next write starts the log again; if
      // somebody else still reads in it, the next look finds it long.
      await checkpoint();
      logBytes = 0;
    },
    async copy(path) {
      await ask({ kind: 'copy', path });
    },
    async close() {
      if (thread === undefined && fileBytes() === 0) return;
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
