import { createHash } from 'node:crypto';
import { startMockApollo } from '@clip-watch/apollo-mock';
import { CLIP_PROTO, CLIP_SERVICE, type EncodeImagesRequest, LOADER_OPTIONS, PROTO_DIR } from '@clip-watch/proto';
import { loadSync, type MethodDefinition } from '@grpc/proto-loader';
import { expect, test, vi } from 'vitest';
import { openApolloChannel } from '../apollo-channel.js';
import { resolveClipClientOptions } from '../options.js';
import { createStreamSerializer } from './stream-serializer.js';

const service = loadSync(CLIP_PROTO, { ...LOADER_OPTIONS, includeDirs: [PROTO_DIR] })[CLIP_SERVICE];
const { requestSerialize } = (service as Record<string, MethodDefinition<EncodeImagesRequest, object, object, object>>)
  .EncodeImages!;
const data = new Uint8Array(300).map((_, i) => i);

test.each<[string, EncodeImagesRequest]>([
  ['open', { open: { client_name: 'us', wanted_in_flight: 4, model: { version: 'v1' } } }],
  ['pixels', { item: { request_id: 7, ref: { content_hash: 'ab' }, rgb: { width: 10, height: 10, data } } }],
  ['a file', { item: { request_id: 300, encoded: { data, media_type: 'image/jpeg' }, timeout_ms: 30_000 } }],
  ['names', { item: { request_id: 1, ref: { content_hash: 'ab', library_id: '7', rel_path: 'ä/1.jpg' } } }],
  ['cancel', { cancel: { request_id: 4_000_000_000 } }],
])('%s: the same bytes as the usual serializer', (_, message) => {
  const serialize = createStreamSerializer();
  serialize({ item: { rgb: { data: new Uint8Array(1000).fill(255) } } });
  expect(serialize(message).equals(requestSerialize(message))).toBe(true);
});

test('messages share one buffer, but not the large ones', () => {
  const serialize = createStreamSerializer();
  const ofSize = (size: number): EncodeImagesRequest => ({ item: { encoded: { data: new Uint8Array(size) } } });
  const first = serialize(ofSize(200_000)).buffer;
  expect(serialize(ofSize(100_000)).buffer).toBe(first);
  const large = serialize(ofSize(2_000_000));
  expect(large.length).toBeGreaterThan(2_000_000);
  expect(large.buffer).not.toBe(first);
  expect(serialize(ofSize(200_000)).buffer).toBe(first);
});

/** A picture that differs in every place from its neighbours', under its hash; sizes go up and down. */
function noiseItem(requestId: number): EncodeImagesRequest {
  const picture = Buffer.alloc(1_000 + ((requestId * 7_919) % 200) * 1_000);
  for (let i = 0; i < picture.length; i++) picture[i] = (i * 31 + requestId * 97) % 256;
  picture.set([0xff, 0xd8]);
  const content_hash = createHash('sha256').update(picture).digest('hex');
  return { item: { request_id: requestId, ref: { content_hash }, encoded: { data: picture } } };
}

test('no message is overwritten by the next one, of its own stream or of another, however fast they are written', async () => {
  const whole: number[] = [];
  await using apollo = await startMockApollo({
    maxInFlight: 64,
    onItem: ({ item }) => {
      const hash = createHash('sha256')
        .update(item.encoded?.data ?? '')
        .digest('hex');
      if (hash === item.ref?.content_hash) whole.push(item.request_id);
      return undefined;
    },
  });
  const { addresses } = resolveClipClientOptions({ addresses: [apollo.address] });
  const channel = openApolloChannel({
    address: addresses[0]!,
    token: undefined,
    caPem: undefined,
    clientName: 'test',
    keepaliveMs: undefined,
  });
  const streams = [1, 2].map(() => channel.openStream({ message: () => {}, drain: () => {}, end: () => {} }));
  for (const stream of streams) stream.write({ open: { client_name: 'test', wanted_in_flight: 64 } });
  for (let id = 1; id <= 60; id++) for (const stream of streams) stream.write(noiseItem(id));
  await vi.waitUntil(() => apollo.counters.items === 120, { timeout: 20_000, interval: 5 });
  channel.close();
  for (const stream of streams) stream.cancel();
  expect(whole).toHaveLength(120);
});
