// Holds the vectors and searches them, so that a search over millions of rows never holds up the host's event loop.
import { parentPort, workerData } from 'node:worker_threads';
import type { FromIndex, IndexWorkerData, ToIndex } from './index-protocol.js';
import { SegmentStore } from './segment-store.js';

const port = parentPort;
if (port === null) throw new Error('index.worker runs as a worker thread only');
const ending = new Int32Array((workerData as IndexWorkerData).ending); // set by startWorker
const isEnding = (): boolean => Atomics.load(ending, 0) !== 0;
let store: SegmentStore | null = null;

port.on('message', (message: ToIndex) => {
  // It ends by itself, between two native calls: terminated inside of one, the whole process aborts.
  if (message.kind === 'end') return port.close();
  if (isEnding()) return; // Nobody waits for what was asked before.
  switch (message.kind) {
    case 'reset':
      store = new SegmentStore(message.dimension);
      break;
    case 'put':
      store?.put(message.rows);
      break;
    case 'remove':
      store?.remove(message.ids);
      break;
    case 'search':
      send(search(message));
      return;
  }
  send({ kind: 'size', size: store?.size ?? 0 });
});

function search({ id, query, count, filter }: Extract<ToIndex, { kind: 'search' }>): FromIndex {
  try {
    const spread = { rows: 0, mean: 0, deviation: 0 };
    const none = { ids: new Uint32Array(), scores: new Float32Array(), considered: 0, spread };
    return { kind: 'found', id, ranked: store?.search(query, count, filter, isEnding) ?? none };
  } catch (error) {
    return { kind: 'failed', id, message: error instanceof Error ? error.message : String(error) };
  }
}

function send(message: FromIndex): void {
  port?.postMessage(message);
}
