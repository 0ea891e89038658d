// How much of the hardware's speed the encoder keeps: images/s over the stream ÷ images/s of bare onnxruntime sessions,
// in turns in one run. Also the delay of a text while photos saturate it, and the server's event loop.
//   node dist/encoder-throughput.js MODEL_DIR [ROUNDS] [SECONDS]
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type ClipClient, createClipClient, type ImageToEncode } from '@clip-watch/clip-client';
import { openBare, startEncoder } from './encoder-processes.js';

const [modelDir, rounds = '8', seconds = '3'] = process.argv.slice(2);
if (modelDir === undefined) throw new Error('usage: encoder-throughput MODEL_DIR [ROUNDS] [SECONDS]');
const ms = Number(seconds) * 1000;
const cores = availableParallelism();
const onnx = join(modelDir, 'onnx');
const file = join(onnx, readdirSync(onnx).find((name) => name.startsWith('vision_model')) ?? '');
const PIXELS = new Uint8Array(224 * 224 * 3).fill(100);
const ARRANGEMENTS = [
  { processes: cores, threads: 1, batch: 16 },
  { processes: cores, threads: 1, batch: 8 },
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

interface Turns {
  readonly perSecond: number[];
  readonly cpu: number[];
}
const bare: Turns[] = ARRANGEMENTS.map(() => ({ perSecond: [], cpu: [] }));
const served: Turns & { readonly clientCpu: number[] } = { perSecond: [], cpu: [], clientCpu: [] };
const sessions = await Promise.all(
  ARRANGEMENTS.map(({ processes, ...task }) => openBare({ file, ...task }, processes)),
);
await using encoder = await startEncoder(['--model-dir', modelDir]);
await using client = createClipClient({ addresses: [encoder.address], concurrency: 64, itemTimeoutMs: 120_000 });
await client.whenReady();
const idle = await textDelays(client, 100);

for (let round = 0; round < Number(rounds); round++) {
  const before = encoder.cpuSeconds();
  const clientBefore = process.cpuUsage();
  const { images, perSecond } = await countServed(client);
  const own = process.cpuUsage(clientBefore);
  served.clientCpu.push((own.user + own.system) / 1000 / images);
  served.perSecond.push(perSecond);
  served.cpu.push(((encoder.cpuSeconds() - before) / images) * 1000);
  for (const [i, session] of sessions.entries()) {
    const result = await session.turn(ms);
    bare[i]?.perSecond.push(result.perSecond);
    bare[i]?.cpu.push(result.cpuMsPerImage);
  }
}

const saturating = countServed(client);
const busy = await textDelays(client, 30);
await saturating;
const best = bare.toSorted((a, b) => median(b.perSecond) - median(a.perSecond))[0] ?? served;
/** Round by round, because the machine's own speed changes from minute to minute. */
const ratio = (mine: readonly number[], other: readonly number[]): number =>
  median(mine.map((value, round) => value / (other[round] ?? 0)));
for (const [i, arrangement] of ARRANGEMENTS.entries())
  console.log(
    `bare ${JSON.stringify(arrangement)}: ${show(median(bare[i]?.perSecond ?? []))} images/s, ${show(median(bare[i]?.cpu ?? []))} ms CPU an image`,
  );
console.log(
  `served (${encoder.arrangement}): ${show(median(served.perSecond))} images/s, ${show(median(served.cpu))} ms CPU an image, and ${show(median(served.clientCpu))} ms of the client`,
);
console.log(`served ÷ best bare: ${show(ratio(served.perSecond, best.perSecond))}`);
const withClient = served.cpu.map((value, round) => value + (served.clientCpu[round] ?? 0));
console.log(
  `the same by processor time, which other programs disturb less: ${show(1 / ratio(served.cpu, best.cpu))}, ` +
    `with the client's ${show(1 / ratio(withClient, best.cpu))}`,
);
console.log(`text, idle: p50 ${show(at(idle, 0.5))} p99 ${show(at(idle, 0.99))} ms`);
console.log(`text, while photos saturate it: p50 ${show(at(busy, 0.5))} p99 ${show(at(busy, 0.99))} ms`);
console.log(
  `event loop of the server: p99 ${show((await encoder.metric('apollo_event_loop_p99_seconds')) * 1000)} ms, ` +
    `max ${show((await encoder.metric('apollo_event_loop_max_seconds')) * 1000)} ms`,
);
for (const session of sessions) session.close();
