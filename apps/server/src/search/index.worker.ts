// Holds the vectors and searches them, so that a search over millions of rows never holds up the host's event loop.
import { parentPort } from 'node:worker_threads';
import type { FromIndex, ToIndex } from './index-protocol.js';
import { SegmentStore } from './segment-store.js';

const port = parentPort;
if (port === null) throw new Error('index.worker runs as a worker thread only');
let store: SegmentStore | null = null;

port.on('message', (message: ToIndex) => {
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
    return { kind: 'found', id, ranked: store?.search(query, count, filter) ?? none };
  } catch (error) {
    return { kind: 'failed', id, message: error instanceof Error ? error.message : String(error) };
  }
}

function send(message: FromIndex): void {
  port?.postMessage(message);
}
