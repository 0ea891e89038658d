// The client's CPU for an item of 150 KB: this client's stream against bare unary calls with as many in flight, in turns
// within one run. Run: node dist/wire-cpu.js [items] [rounds]
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

async function cpuPerItemUs(run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { system, user } = process.cpuUsage(before);
  return (system + user) / items;
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
  const stream: number[] = [];
  const unary: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const streamUs = await cpuPerItemUs(() => countEncoded(client.encodeImages(wireImages(items))));
    const unaryUs = await cpuPerItemUs(() => runUnary(bare, inFlight));
    // The first round warms up both.
    if (round > 0) stream.push(streamUs);
    if (round > 0) unary.push(unaryUs);
  }
  bare.close();
  const ratios = stream.map((us, i) => us / (unary[i] ?? Number.NaN));
  console.log(
    JSON.stringify({
      inFlight,
      streamUs: Math.round(median(stream)),
      unaryUs: Math.round(median(unary)),
      ratio: Number(median(ratios).toFixed(3)),
      wanted: inFlight === 4 ? 0.5 : 0.65,
    }),
  );
}

await using server = await startWireServer();
for (const inFlight of [4, 16]) await compare(server.address, inFlight);
