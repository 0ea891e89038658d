// 30,000 items of 150 KB through one stream: heap and RSS must not grow. Run: node --expose-gc dist/wire-soak.js [items]
import { createClipClient } from '@clip-watch/clip-client';
import { countEncoded, wireImages } from './wire-images.js';
import { startWireServer } from './wire-server.js';

const items = Number(process.argv[2] ?? 30_000);
const SAMPLES = 15;

interface Sample {
  readonly count: number;
  readonly heapMb: number;
  readonly rssMb: number;
}

function sample(count: number): Sample {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return { count, heapMb: heapUsed / 2 ** 20, rssMb: rss / 2 ** 20 };
}

/** Least squares, in MB for 10,000 items. */
function slope(samples: readonly Sample[], of: (sample: Sample) => number): number {
  const meanX = samples.reduce((sum, { count }) => sum + count, 0) / samples.length;
  const meanY = samples.reduce((sum, one) => sum + of(one), 0) / samples.length;
  const over = samples.reduce((sum, one) => sum + (one.count - meanX) * (of(one) - meanY), 0);
  return (over / samples.reduce((sum, { count }) => sum + (count - meanX) ** 2, 0)) * 10_000;
}

await using server = await startWireServer();
await using client = createClipClient({ addresses: [server.address], concurrency: 16 });
const samples: Sample[] = [];
const start = performance.now();
const encoded = await countEncoded(client.encodeImages(wireImages(items)), (count) => {
  if (count % Math.floor(items / SAMPLES) === 0) samples.push(sample(count));
});
// The first fifth fills the allocator's pools.
const settled = samples.slice(Math.floor(samples.length / 5));
console.log(
  JSON.stringify({
    items: encoded,
    perSecond: Math.round(encoded / ((performance.now() - start) / 1000)),
    heapMb: settled.map(({ heapMb }) => Number(heapMb.toFixed(1))),
    rssMb: settled.map(({ rssMb }) => Math.round(rssMb)),
    heapSlopeMbPer10k: Number(slope(settled, ({ heapMb }) => heapMb).toFixed(2)),
    rssSlopeMbPer10k: Number(slope(settled, ({ rssMb }) => rssMb).toFixed(2)),
  }),
);
