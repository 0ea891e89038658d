// How much of the hardware's speed the encoder keeps: images/s over the stream ÷ images/s of bare onnxruntime sessions,
// in turns in one run. Also the delay of a text while photos saturate it, and the server's event loop.
//   node dist/encoder-throughput.js MODEL_DIR [ROUNDS] [SECONDS]
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type ClipClient, createClipClient, type ImageToEncode } from '@clip-watch/clip-client';
import { runBare, startEncoder } from './encoder-processes.js';

const [modelDir, rounds = '3', seconds = '4'] = process.argv.slice(2);
if (modelDir === undefined) throw new Error('usage: encoder-throughput MODEL_DIR [ROUNDS] [SECONDS]');
const ms = Number(seconds) * 1000;
const cores = availableParallelism();
const onnx = join(modelDir, 'onnx');
const file = join(onnx, readdirSync(onnx).find((name) => name.startsWith('vision_model')) ?? '');
const PIXELS = new Uint8Array(224 * 224 * 3).fill(100);
const ARRANGEMENTS = [
  { processes: cores, threads: 1, batch: 8 },
  { processes: cores, threads: 1, batch: 4 },
  { processes: 1, threads: cores, batch: 8 },
];

function* endless(until: () => boolean): Generator<ImageToEncode> {
  for (let imageId = 1; !until(); imageId++)
    yield {
      imageId,
      ref: { contentHash: String(imageId) },
      payload: { kind: 'rgb', width: 224, height: 224, data: PIXELS },
    };
}

/** All images over the whole time: until the last answer every child has work. */
async function countServed(client: ClipClient): Promise<{ readonly images: number; readonly perSecond: number }> {
  const start = performance.now();
  let images = 0;
  for await (const outcome of client.encodeImages(endless(() => performance.now() > start + ms)))
    if (outcome.kind === 'encoded') images++;
  return { images, perSecond: (images / (performance.now() - start)) * 1000 };
}

async function textDelays(client: ClipClient, calls: number): Promise<number[]> {
  const delays: number[] = [];
  for (let i = 0; i < calls; i++) {
    const start = performance.now();
    await client.encodeTexts(['a photo of a red house by the sea'], { timeoutMs: 60_000 });
    delays.push(performance.now() - start);
  }
  return delays.toSorted((a, b) => a - b);
}

const at = (sorted: readonly number[], share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
const median = (values: readonly number[]): number =>
  at(
    values.toSorted((a, b) => a - b),
    0.5,
  );
const show = (value: number): string => value.toFixed(value < 10 ? 2 : 1);

const bare = ARRANGEMENTS.map(() => ({ perSecond: [] as number[], cpu: [] as number[] }));
const served = { perSecond: [] as number[], cpu: [] as number[] };
await using encoder = await startEncoder(['--model-dir', modelDir]);
await using client = createClipClient({ addresses: [encoder.address], concurrency: 64, itemTimeoutMs: 120_000 });
await client.whenReady();
const idle = await textDelays(client, 100);

for (let round = 0; round < Number(rounds); round++) {
  for (const [i, { processes, ...task }] of ARRANGEMENTS.entries()) {
    const result = await runBare({ file, ms, ...task }, processes);
    bare[i]?.perSecond.push(result.perSecond);
    bare[i]?.cpu.push(result.cpuMsPerImage);
  }
  const before = encoder.cpuSeconds();
  const { images, perSecond } = await countServed(client);
  served.perSecond.push(perSecond);
  served.cpu.push(((encoder.cpuSeconds() - before) / images) * 1000);
}

const saturating = countServed(client);
const busy = await textDelays(client, 30);
await saturating;
const best = Math.max(...bare.map(({ perSecond }) => median(perSecond)));
for (const [i, arrangement] of ARRANGEMENTS.entries())
  console.log(
    `bare ${JSON.stringify(arrangement)}: ${show(median(bare[i]?.perSecond ?? []))} images/s, ${show(median(bare[i]?.cpu ?? []))} ms CPU an image`,
  );
console.log(`served: ${show(median(served.perSecond))} images/s, ${show(median(served.cpu))} ms CPU an image`);
console.log(`served ÷ best bare: ${show(median(served.perSecond) / best)}`);
console.log(`text, idle: p50 ${show(at(idle, 0.5))} p99 ${show(at(idle, 0.99))} ms`);
console.log(`text, while photos saturate it: p50 ${show(at(busy, 0.5))} p99 ${show(at(busy, 0.99))} ms`);
console.log(
  `event loop of the server: p99 ${show((await encoder.metric('apollo_event_loop_p99_seconds')) * 1000)} ms, ` +
    `max ${show((await encoder.metric('apollo_event_loop_max_seconds')) * 1000)} ms`,
);
