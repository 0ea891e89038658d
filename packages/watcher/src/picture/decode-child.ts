/**
 * The decode child: a process of its own, so that whatever a file does ends here. It runs the pool of decoder threads
 * and one ExifTool, at low priority, and ends when its host does.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { WorkerResult, WorkerTask } from './decode.worker.js';
import { restrictSharp } from './decode-sharp.js';
import { decoderVersion } from './decoder-version.js';
import { openExifReader } from './exif-reader.js';
import type { ChildSettings, FromChild, ToChild } from './host-protocol.js';
import { lowerPriority } from './low-priority.js';
import { createMemoryBudget } from './memory-budget.js';
import { servePort } from './worker-service-port.js';

const BEAT_MS = 100;

const settings = JSON.parse(process.argv[2] ?? '{}') as ChildSettings; // written by child-lane.ts
lowerPriority(10);
process.on('disconnect', endAtOnce);
process.on('SIGINT', () => {}); // Ctrl-C reaches the whole terminal; the host decides when we stop
restrictSharp();

const exif = await openExifReader(settings.useExifTool, settings.exifToolTimeoutMs);
const budget = createMemoryBudget(settings.limits.decodeBudgetBytes);
const pool = new Piscina<WorkerTask, WorkerResult>({
  filename: new URL('./decode.worker.js', import.meta.url).href,
  minThreads: settings.threads,
  maxThreads: settings.threads,
  concurrentTasksPerWorker: 1,
  atomics: 'disabled', // a thread waits for ExifTool's answers in its event loop
});

process.on('message', (message: ToChild) => {
  if (message.kind === 'close') void close();
  else void serve(message.id, message.call);
});
setInterval(() => send({ kind: 'beat', rssBytes: process.memoryUsage.rss() }), BEAT_MS).unref();
send({ kind: 'ready', versions: { decoder: decoderVersion(exif.version), exifTool: exif.version } });

async function serve(id: number, call: WorkerTask['call']): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const release = servePort(port1, { exif, budget, onStage: (stage) => send({ kind: 'stage', id, stage }) });
  try {
    const { reply, spoolPath } = await run({ call, settings, port: port2 });
    send({ kind: 'reply', id, reply, spoolPath });
  } catch (error) {
    send({ kind: 'broken', id, message: error instanceof Error ? error.message : String(error) });
  } finally {
    release();
  }
}

function run(task: WorkerTask): Promise<WorkerResult> {
  return pool.run(task, { transferList: [task.port as MessagePort] });
}

/** A host that is gone takes no messages; `disconnect` ends us then. */
function send(message: FromChild): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

async function close(): Promise<void> {
  await pool.close();
  await exif.close();
  endAtOnce();
}

/** Not `process.exit`: it would wait for a thread that a dead mount holds. The group includes ExifTool's process. */
function endAtOnce(): void {
  process.kill(-process.pid, 'SIGKILL');
}
