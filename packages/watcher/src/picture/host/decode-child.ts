/**
 * The decode child: a process of its own, so that whatever a file does ends here. It runs the pool of decoder threads
 * and one ExifTool, at low priority, and ends when its host does.
 */
import type { MessagePort } from 'node:worker_threads';
import { lowerSession, lowerThreads } from '@clip-watch/processes';
import { Piscina } from 'piscina';
import { decoderVersion } from '../decoder-version.js';
import { openExifReader } from '../exif-reader.js';
import { restrictSharp } from '../formats/decode-sharp.js';
import { createStageCell, enterStage, readStage, type StageCell } from '../photo-stage.js';
import type { FromThread, WorkerResult, WorkerTask } from './decode.worker.js';
import type { ChildSettings, DecodeCall, FromChild, ToChild } from './host-protocol.js';
import { createMemoryBudget } from './memory-budget.js';
import { servePort } from './worker-service-port.js';
import { OWN_BYTES } from './worker-services.js';

const BEAT_MS = 100;

interface PhotoInHand {
  readonly cell: StageCell;
  /** For ExifTool or for memory, which others have. */
  waits: boolean;
  serve(port: MessagePort): void;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as ChildSettings; // written by decode-process.ts
lowerThreads(settings.nice);
process.on('disconnect', endAtOnce);
process.on('SIGINT', () => {}); // Ctrl-C reaches the whole terminal; the host decides when we stop
restrictSharp();

const exif = await openExifReader(settings.useExifTool, settings.exifToolTimeoutMs);
const shared = settings.limits.decodeBudgetBytes - settings.threads * OWN_BYTES;
const budget = createMemoryBudget(Math.max(0, shared)); // one picture alone may exceed it
const pool = new Piscina<WorkerTask, WorkerResult>({
  filename: new URL('./decode.worker.js', import.meta.url).href,
  workerData: settings,
  minThreads: settings.threads,
  maxThreads: settings.threads,
  concurrentTasksPerWorker: 1,
  atomics: 'disabled', // a thread waits for ExifTool's answers in its event loop
  recordTiming: false,
});
const inHand = new Map<number, PhotoInHand>();
pool.on('message', (message: FromThread) => {
  if (message.kind === 'begun') send(message);
  else inHand.get(message.id)?.serve(message.port);
});

process.on('message', (message: ToChild) => {
  if (message.kind === 'close') void close();
  else void serve(message.id, message.call);
});
setInterval(beat, BEAT_MS).unref();
send({ kind: 'ready', versions: { decoder: decoderVersion(exif.version), exifTool: exif.version } });
lowerSession(settings.nice); // not before: on a busy machine it would take long to start

async function serve(id: number, call: DecodeCall): Promise<void> {
  const cell = createStageCell();
  let release = (): void => {};
  const photo: PhotoInHand = {
    cell,
    waits: false,
    serve(port) {
      const onWait = (waits: boolean): void => {
        photo.waits = waits;
      };
      release = servePort(port, { exif, budget, onWait });
    },
  };
  inHand.set(id, photo);
  try {
    const { reply, spoolPath } = await pool.run({ id, call, cell });
    send({ kind: 'reply', id, reply, spoolPath });
  } catch (error) {
    send({ kind: 'broken', id, message: error instanceof Error ? error.message : String(error) });
  } finally {
    inHand.delete(id);
    release();
  }
}

function beat(): void {
  // The deadline of one that waits begins anew, however long the others take.
  for (const { cell, waits } of inHand.values()) if (waits) enterStage(cell, 'decoding');
  const progress = [...inHand].map(([id, { cell }]) => ({ id, ...readStage(cell) }));
  send({ kind: 'beat', rssBytes: process.memoryUsage.rss(), inHand: progress });
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
