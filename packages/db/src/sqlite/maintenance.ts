import { stat } from 'node:fs/promises';
import type { Logger } from '@clip-watch/basics';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { DatabaseError } from '../errors.js';
import { LOG_BYTES, PAGE_BYTES } from './settings.js';
import { openSqliteThread } from './thread.js';

const BUSY_WAIT_MS = 5000;
/** A page of the file and the header before it. */
const FRAME_BYTES = PAGE_BYTES + 24;
/** Once the log was as long as this, a checkpoint runs beside the writers now and again. */
const SOON_BYTES = LOG_BYTES / 4;
/** Writes between two checkpoints, some 6 MB of embeddings. */
const CHECKPOINT_EVERY = 16;

/** What keeps the file quick, and copies it. */
export interface Maintenance {
  /** Called before each transaction that writes. Resolves at once while nothing is due; holds writers up when it is. */
  beforeWrite(): Promise<void>;
  /** A consistent copy of the database in a new file. */
  copy(path: string): Promise<void>;
  close(): Promise<void>;
}

export interface MaintenanceOptions {
  readonly file: string;
  readonly log?: Logger | undefined;
}

async function bytesOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  return found?.size ?? 0;
}

/** PASSIVE waits for nobody and makes nobody wait. @returns how long the log was when it began */
async function checkpointLog(connection: SqlDriverAdapter): Promise<number> {
  const { rows } = await connection.queryRaw({ sql: 'PRAGMA wal_checkpoint(PASSIVE)', args: [], argTypes: [] });
  const [_isBusy, frames = 0] = (rows[0] ?? []).map(Number);
  return frames * FRAME_BYTES;
}

/** Keeps the write-ahead log short and copies the file, on a connection of its own. */
export function startMaintenance({ file, log }: MaintenanceOptions): Maintenance {
  let connection: Promise<SqlDriverAdapter> | undefined;
  let running: Promise<void> | undefined;
  let closed = false;
  let writes = 0;
  /** How long the log was at the last checkpoint: its file keeps the size when it starts again. */
  let logBytes = 0;

  /** Its thread starts with the first use; where that failed, the next use tries again. */
  function connect(): Promise<SqlDriverAdapter> {
    if (closed) return Promise.reject(new DatabaseError('CLOSED', `${file}: the database is closed; open it again`));
    connection ??= openSqliteThread({ file, busyWaitMs: BUSY_WAIT_MS }).catch((error: unknown) => {
      connection = undefined;
      throw error;
    });
    return connection;
  }

  async function checkpoint(): Promise<void> {
    try {
      logBytes = await checkpointLog(await connect());
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
      if (writes % CHECKPOINT_EVERY !== 0 || (await bytesOf(`${file}-wal`)) < SOON_BYTES) return;
      running ??= checkpoint();
      // Only with nobody writing can the log start again at its beginning.
      if (logBytes < LOG_BYTES) return;
      await running;
      // That one ran beside writers and left their last pages. After this one the next write starts the log again; if
      // somebody else still reads in it, the next look finds it long.
      await checkpoint();
      logBytes = 0;
    },
    async copy(path) {
      const argTypes = [{ scalarType: 'unknown', arity: 'scalar' } as const];
      await (await connect()).executeRaw({ sql: 'VACUUM INTO ?', args: [path], argTypes });
    },
    async close() {
      closed = true;
      await (await connection?.catch(() => undefined))?.dispose();
    },
  };
}
