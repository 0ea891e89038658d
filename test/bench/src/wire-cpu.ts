// The client's CPU for an item of 150 KB, two ways in turns within one run, with as many items in flight:
// stream: this package's client as it ships, from `encodeImages` to the outcome. It validates the picture before and the
//   answer after, and has a timer an item.
// unary: grpc-js with its usual settings, as a careful program would use it: one channel, one `EncodeImage` call an item
//   with a deadline, and the answer judged by the same rules (hash, model version, length, finite, norm).
// The server is a mock in a process of its own, once with the receive window of a stock grpc-js server (64 KB, less than
// half an item: both sides spend much of their time waiting to send on) and once with that of `apps/apollo`.
// Mark-compacts are counted beside it: the buffers of a message (serialised, framed) are most of what either side
// allocates, and V8 keeps the limit of a heap this small low. Run: node dist/wire-cpu.js [items] [rounds]
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClipClient, type ImageToEncode } from '@clip-watch/clip-client';
import {
  CLIP_PROTO,
  type ClipEncodingServiceClient,
  type EncodeResult__Output,
  LOADER_OPTIONS,
  PROTO_DIR,
  type ProtoGrpcType,
} from '@clip-watch/proto';
import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { countEncoded, wireImages } from './wire-images.js';
import { type ReceiveWindow, startWireServer } from './wire-server.js';

const [items = 600, rounds = 7] = process.argv.slice(2).map(Number);

interface Cost {
  readonly us: number;
  readonly markCompacts: number;
}

/** The types of Node know the kind, but not where it is. */
type GcEntry = PerformanceEntry & { readonly detail: { readonly kind?: number } };

let markCompacts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries() as GcEntry[])
    if (entry.detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) markCompacts++;
}).observe({ entryTypes: ['gc'] });

async function costPerItem(run: () => Promise<unknown>): Promise<Cost> {
  markCompacts = 0;
  const before = process.cpuUsage();
  await run();
  const { system, user } = process.cpuUsage(before);
  // The observer hears of a collection a little later.
  await sleep(20);
  return { us: (system + user) / items, markCompacts: markCompacts / items };
}

const TIMEOUT_MS = 30_000;

async function runUnary(call: UnaryCall, inFlight: number): Promise<void> {
  const images = wireImages(items);
  const work = async (): Promise<void> => {
    for (const image of images) checkResult(await call(image), image.ref.contentHash);
  };
  await Promise.all(Array.from({ length: inFlight }, work));
}

type UnaryCall = (image: ImageToEncode) => Promise<EncodeResult__Output>;

function unaryCall(client: ClipEncodingServiceClient): UnaryCall {
  return ({ imageId, payload, ref }) => {
    if (payload.kind !== 'rgb') throw new TypeError('pixels only');
    const { data, height, width } = payload;
    const item = { request_id: imageId, ref: { content_hash: ref.contentHash }, rgb: { width, height, data } };
    return new Promise((resolve, reject) =>
      client.encodeImage({ item }, { deadline: Date.now() + TIMEOUT_MS }, (error, response) =>
        response?.result ? resolve(response.result) : reject(error ?? new Error('no result')),
      ),
    );
  };
}

let firstVersion: string | undefined;

function checkResult(result: EncodeResult__Output, contentHash: string): Float32Array {
  const { content_hash, embedding } = result;
  if (content_hash !== contentHash || !embedding) throw new Error('an answer to something else');
  const { dim, model_version, values_f32le } = embedding;
  firstVersion ??= model_version;
  if (model_version !== firstVersion || values_f32le.length !== dim * 4) throw new Error('another model');
  const vector = new Float32Array(new Uint8Array(values_f32le).buffer);
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * vector[i]!;
  if (!(Math.abs(Math.sqrt(sum) - 1) <= 1e-3)) throw new Error('not a unit vector');
  return vector;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function compare(address: string, receiveWindow: ReceiveWindow, inFlight: number): Promise<void> {
  await using client = createClipClient({ addresses: [address], concurrency: inFlight });
  const definition = loadSync(CLIP_PROTO, { ...LOADER_OPTIONS, includeDirs: [PROTO_DIR] });
  const { ClipEncodingService } = (loadPackageDefinition(definition) as unknown as ProtoGrpcType).apollo.clip.v1;
  const bare = new ClipEncodingService(address.replace('grpc://', ''), credentials.createInsecure());
  const unary = unaryCall(bare);
  const streamCosts: Cost[] = [];
  const unaryCosts: Cost[] = [];
  for (let round = 0; round <= rounds; round++) {
    const streamCost = await costPerItem(() => countEncoded(client.encodeImages(wireImages(items))));
    const unaryCost = await costPerItem(() => runUnary(unary, inFlight));
    // The first round warms up both.
    if (round > 0) streamCosts.push(streamCost);
    if (round > 0) unaryCosts.push(unaryCost);
  }
  bare.close();
  const ratios = streamCosts.map(({ us }, i) => us / (unaryCosts[i]?.us ?? Number.NaN));
  console.log(
    JSON.stringify({
      receiveWindow,
      inFlight,
      streamUs: Math.round(median(streamCosts.map(({ us }) => us))),
      unaryUs: Math.round(median(unaryCosts.map(({ us }) => us))),
      streamMarkCompactsPer1000: Math.round(1000 * median(streamCosts.map((cost) => cost.markCompacts))),
      unaryMarkCompactsPer1000: Math.round(1000 * median(unaryCosts.map((cost) => cost.markCompacts))),
      ratio: Number(median(ratios).toFixed(3)),
      wanted: inFlight === 4 ? 0.5 : 0.65,
    }),
  );
}

for (const receiveWindow of ['stock', 'wide'] as const) {
  await using server = await startWireServer({ receiveWindow });
  for (const inFlight of [4, 16]) await compare(server.address, receiveWindow, inFlight);
}
