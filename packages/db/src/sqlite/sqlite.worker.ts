// One SQLite connection in a thread of its own. The driver is synchronous and a commit waits for the disk: here it holds
// up nobody but the connection's own next statement. All threads load the same native library, so they see each other's
// locks.
import { parentPort, workerData } from 'node:worker_threads';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { openSqliteAdapter } from './adapter.js';
import type { ThreadAnswer, ThreadFault, ThreadReply, ThreadRequest, ThreadSettings } from './thread.js';

const settings = workerData as ThreadSettings; // set by openSqliteThread
let opened: SqlDriverAdapter | undefined;

async function connect(): Promise<ThreadAnswer> {
  opened = await openSqliteAdapter(settings);
  return undefined;
}

async function perform(request: ThreadRequest): Promise<ThreadAnswer> {
  if (request.kind === 'connect') return connect();
  if (opened === undefined) throw new Error('the connection is not open');
  switch (request.kind) {
    case 'query':
      return opened.queryRaw(request.query);
    case 'execute':
      return opened.executeRaw(request.query);
    case 'script':
      await opened.executeScript(request.text);
      return undefined;
    case 'close':
      await opened.dispose();
      return undefined;
  }
}

/** Only plain data crosses threads. Of the driver's error its code or its cause goes, all that is ever read of it. */
function toFault(error: unknown): ThreadFault {
  const { name, message, code, cause } = Object(error) as Partial<Error> & { readonly code?: unknown };
  const plain = typeof cause === 'object' && cause !== null ? { ...cause } : undefined;
  return { name: String(name ?? 'Error'), message: String(message ?? error), code: String(code ?? ''), cause: plain };
}

async function answer(id: number, request: ThreadRequest): Promise<ThreadReply> {
  try {
    return { kind: 'done', id, answer: await perform(request) };
  } catch (error) {
    return { kind: 'failed', id, fault: toFault(error) };
  }
}

parentPort?.on('message', async ({ id, request }: { readonly id: number; readonly request: ThreadRequest }) => {
  parentPort?.postMessage(await answer(id, request));
  if (request.kind === 'close') parentPort?.close();
});
