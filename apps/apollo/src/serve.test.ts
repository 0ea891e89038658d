import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { cosine, solidItem, vectorOf } from './testing/apollo-client.js';
import { useApollo } from './testing/use-apollo.js';

describe('the encoder as a process, with the built-in model', () => {
  const served = useApollo();

  test('says on one line that it serves, and what', () => {
    expect(served.apollo.readyLine).toMatch(/^listening unix:\S+ model palette version sha256:[0-9a-f]{32}$/);
  });

  test('describes its model', async () => {
    expect(await served.client.info()).toMatchObject({
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
    const [red, blue] = await served.client.texts(['a red car', 'the blue sea']);
    const photo = vectorOf(await served.client.image(solidItem(1, [210, 30, 30])));
    expect(Math.hypot(...photo)).toBeCloseTo(1, 4);
    if (!red || !blue) throw new Error('two texts, two results');
    expect(cosine(photo, vectorOf(red))).toBeGreaterThan(cosine(photo, vectorOf(blue)) + 0.3);
  });

  test.each([
    ['nothing', ''],
    ['10,000 letters', 'a long sentence '.repeat(625)],
    ['one word of 10,000 letters', 'x'.repeat(10_000)],
    ['emoji', '😀 🏳️‍🌈 👩‍👩‍👧‍👦'],
    ['right-to-left', 'שקיעה אדומה מעל הים غروب أحمر'],
    ['a line break and a NUL', 'red\n\u0000car'],
  ])('a text of %s has a vector like any other', async (_name, text) => {
    const [result, red] = await served.client.texts([text, 'red']);
    if (!result || !red) throw new Error('two texts, two results');
    const vector = vectorOf(result);
    expect(vector).toHaveLength(512);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 4);
    expect(Math.hypot(...vectorOf(red))).toBeCloseTo(1, 4);
  });

  test('answers every item of a stream once, then ends it with OK', async () => {
    const stream = served.client.stream();
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
