// The client's CPU for an item of 150 KB: this client's stream against bare unary calls with as many in flight, in turns
// within one run. Mark-compacts are counted beside it: each item leaves 300 KB of buffers (serialised, then framed), and
// V8 keeps the limit of a heap this small so low that clearing them is about half of the CPU on either side;
// `node --initial-old-space-size=256` shows the rest. Run: node dist/wire-cpu.js [items] [rounds]
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClipClient } from '@clip-watch/clip-client';
import {
  CLIP_PROTO,
  type ClipEncodingServiceClient,
  LOADER_OPTIONS,
  PROTO_DIR,
  type ProtoGrpcType,
} from '@clip-watch/proto';
import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { countEncoded, wireImages } from './wire-images.js';
import { startWireServer } from './wire-server.js';

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

async function runUnary(client: ClipEncodingServiceClient, inFlight: number): Promise<void> {
  const images = wireImages(items);
  const work = async (): Promise<void> => {
    for (const { imageId, payload, ref } of images) {
      if (payload.kind !== 'rgb') continue;
      const { data, height, width } = payload;
      const item = { request_id: imageId, ref: { content_hash: ref.contentHash }, rgb: { width, height, data } };
      await new Promise<void>((resolve, reject) =>
        client.encodeImage({ item }, (error, response) => (response?.result?.embedding ? resolve() : reject(error))),
      );
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function compare(address: string, inFlight: number): Promise<void> {
  await using client = createClipClient({ addresses: [address], concurrency: inFlight });
  const definition = loadSync(CLIP_PROTO, { ...LOADER_OPTIONS, includeDirs: [PROTO_DIR] });
  const { ClipEncodingService } = (loadPackageDefinition(definition) as unknown as ProtoGrpcType).apollo.clip.v1;
  const bare = new ClipEncodingService(address.replace('grpc://', ''), credentials.createInsecure());
  const stream: Cost[] = [];
  const unary: Cost[] = [];
  for (let round = 0; round <= rounds; round++) {
    const streamCost = await costPerItem(() => countEncoded(client.encodeImages(wireImages(items))));
    const unaryCost = await costPerItem(() => runUnary(bare, inFlight));
    // The first round warms up both.
    if (round > 0) stream.push(streamCost);
    if (round > 0) unary.push(unaryCost);
  }
  bare.close();
  const ratios = stream.map(({ us }, i) => us / (unary[i]?.us ?? Number.NaN));
  console.log(
    JSON.stringify({
      inFlight,
      streamUs: Math.round(median(stream.map(({ us }) => us))),
      unaryUs: Math.round(median(unary.map(({ us }) => us))),
      streamMarkCompactsPer1000: Math.round(1000 * median(stream.map((cost) => cost.markCompacts))),
      unaryMarkCompactsPer1000: Math.round(1000 * median(unary.map((cost) => cost.markCompacts))),
      ratio: Number(median(ratios).toFixed(3)),
      wanted: inFlight === 4 ? 0.5 : 0.65,
    }),
  );
}

await using server = await startWireServer();
for (const inFlight of [4, 16]) await compare(server.address, inFlight);
