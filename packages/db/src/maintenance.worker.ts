// A thread with a connection of its own, for what would hold up the event loop: checkpoints, and copies of the file.
// It loads the same native library as the main thread, so both see each other's locks.
import { parentPort, workerData } from 'node:worker_threads';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import type { MaintenanceReply, MaintenanceRequest } from './maintenance.js';

const BUSY_WAIT_MS = 5000;
const { file } = workerData as { readonly file: string }; // set by startMaintenance
let adapter: SqlDriverAdapter | undefined;

async function open(): Promise<SqlDriverAdapter> {
  adapter ??= await new PrismaBetterSqlite3({ url: `file:${file}`, timeout: BUSY_WAIT_MS }).connect();
  return adapter;
}

async function perform(request: MaintenanceRequest): Promise<readonly unknown[]> {
  const connection = await open();
  switch (request.kind) {
    case 'checkpoint':
      // PASSIVE waits for nobody and makes nobody wait.
      return (await connection.queryRaw({ sql: 'PRAGMA wal_checkpoint(PASSIVE)', args: [], argTypes: [] })).rows;
    case 'truncate':
      return (await connection.queryRaw({ sql: 'PRAGMA wal_checkpoint(TRUNCATE)', args: [], argTypes: [] })).rows;
    case 'copy': {
      const argTypes = [{ scalarType: 'unknown', arity: 'scalar' } as const];
      await connection.executeRaw({ sql: 'VACUUM INTO ?', args: [request.path], argTypes });
      return [];
    }
    case 'close':
      await connection.dispose();
      return [];
    default: {
      const never: never = request;
      throw new Error(`unknown request ${JSON.stringify(never)}`);
    }
  }
}

async function answer(request: MaintenanceRequest): Promise<MaintenanceReply> {
  try {
    return { kind: 'done', rows: await perform(request) };
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
