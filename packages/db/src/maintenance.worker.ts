// A thread with a connection of its own, for what would hold up the event loop: checkpoints, and copies of the file.
// It loads the same native library as the main thread, so both see each other's locks.
import { parentPort, workerData } from 'node:worker_threads';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import type { MaintenanceReply, MaintenanceRequest } from './maintenance.js';

const BUSY_WAIT_MS = 5000;
/** A page of the file and the header before it. */
const FRAME_BYTES = 8192 + 24;
const { file } = workerData as { readonly file: string }; // set by startMaintenance
let adapter: SqlDriverAdapter | undefined;

async function open(): Promise<SqlDriverAdapter> {
  adapter ??= await new PrismaBetterSqlite3({ url: `file:${file}`, timeout: BUSY_WAIT_MS }).connect();
  return adapter;
}

/** @returns how long the log was when it began */
async function checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): Promise<number> {
  const connection = await open();
  const { rows } = await connection.queryRaw({ sql: `PRAGMA wal_checkpoint(${mode})`, args: [], argTypes: [] });
  const [_isBusy, frames = 0] = (rows[0] ?? []).map(Number);
  return frames * FRAME_BYTES;
}

async function perform(request: MaintenanceRequest): Promise<number> {
  switch (request.kind) {
    case 'checkpoint':
      // PASSIVE waits for nobody and makes nobody wait.
      return checkpoint('PASSIVE');
    case 'truncate':
      return checkpoint('TRUNCATE');
    case 'copy': {
      const argTypes = [{ scalarType: 'unknown', arity: 'scalar' } as const];
      await (await open()).executeRaw({ sql: 'VACUUM INTO ?', args: [request.path], argTypes });
      return 0;
    }
    case 'close':
      await adapter?.dispose();
      return 0;
    default: {
      const never: never = request;
      throw new Error(`unknown request ${JSON.stringify(never)}`);
    }
  }
}

async function answer(request: MaintenanceRequest): Promise<MaintenanceReply> {
  try {
    return { kind: 'done', logBytes: await perform(request) };
  } catch (error) {
    // Only plain data crosses threads, so what the translation needs is sent in its shape.
    const { originalCode, originalMessage } = Object(Object(error).cause ?? error);
    return { kind: 'failed', code: String(originalCode ?? ''), message: String(originalMessage ?? error) };
  }
}

parentPort?.on('message', (request: MaintenanceRequest) => {
  void answer(request).then((reply) => {
    parentPort?.postMessage(reply);
    if (request.kind === 'close') parentPort?.close();
  });
});
