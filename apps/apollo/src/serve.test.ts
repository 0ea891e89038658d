import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cosine, createTestClient, solidItem, type TestClient, vectorOf } from './testing/apollo-client.js';
import { type ApolloProcess, startApolloProcess } from './testing/apollo-process.js';

describe('the encoder as a process, with the built-in model', () => {
  let apollo: ApolloProcess;
  let client: TestClient;
  beforeAll(async () => {
    apollo = await startApolloProcess();
    client = createTestClient(apollo.address);
  });
  afterAll(async () => {
    client[Symbol.dispose]();
    await apollo[Symbol.asyncDispose]();
  });

  test('says on one line that it serves, and what', () => {
    expect(apollo.readyLine).toMatch(/^listening unix:\S+ model palette version sha256:[0-9a-f]{32}$/);
  });

  test('describes its model', async () => {
    expect(await client.info()).toMatchObject({
      name: 'palette',
      embedding_dim: 512,
      normalized: true,
      input_size: 224,
      supports_text: true,
      state: 'MODEL_STATE_READY',
      preprocessing: { resize_mode: 'RESIZE_MODE_SHORTEST_SIDE_CENTER_CROP', resize_size: 224 },
    });
  });

  test('encodes pictures and texts into one space', async () => {
    const [red, blue] = await client.texts(['a red car', 'the blue sea']);
    const photo = vectorOf(await client.image(solidItem(1, [210, 30, 30])));
    expect(Math.hypot(...photo)).toBeCloseTo(1, 4);
    if (!red || !blue) throw new Error('two texts, two results');
    expect(cosine(photo, vectorOf(red))).toBeGreaterThan(cosine(photo, vectorOf(blue)) + 0.3);
  });

  test('answers every item of a stream once, then ends it with OK', async () => {
    const stream = client.stream();
    const accepted = await stream.open(16);
    expect(accepted).toMatchObject({ max_in_flight: 16, model: { name: 'palette' } });
    for (let id = 1; id <= 16; id++) stream.send(solidItem(id, [id * 10, 20, 20]));
    stream.call.end();
    expect((await stream.status).code).toBe(status.OK);
    expect(stream.results.map(({ request_id }) => request_id).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 16 }, (_, i) => i + 1),
    );
    for (const { outcome, content_hash, request_id } of stream.results)
      expect({ outcome, content_hash }).toEqual({ outcome: 'embedding', content_hash: `hash-${request_id}` });
  });
});
