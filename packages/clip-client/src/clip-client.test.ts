import { startMockApollo } from '@clip-watch/apollo-mock';
import { expect, test } from 'vitest';
import { createClipClient } from './clip-client.js';
import type { EncodeOutcome, ImageToEncode } from './types.js';

function* images(count: number): Generator<ImageToEncode> {
  for (let imageId = 1; imageId <= count; imageId++)
    yield {
      imageId,
      ref: { contentHash: imageId.toString(16).padStart(64, '0') },
      payload: { kind: 'rgb', width: 224, height: 224, data: new Uint8Array(224 * 224 * 3).fill(imageId) },
    };
}

async function collect(outcomes: AsyncIterable<EncodeOutcome>): Promise<EncodeOutcome[]> {
  const all: EncodeOutcome[] = [];
  for await (const outcome of outcomes) all.push(outcome);
  return all;
}

test('every image ends in one outcome', async () => {
  await using apollo = await startMockApollo({ delayMs: 50 });
  await using client = createClipClient({ addresses: [apollo.address] });
  const outcomes = await collect(client.encodeImages(images(50)));
  expect(outcomes.map(({ kind }) => kind)).toEqual(new Array(50).fill('encoded'));
  expect(new Set(outcomes.map(({ imageId }) => imageId)).size).toBe(50);
  expect(apollo.counters.breaches).toEqual([]);
  expect(apollo.counters.mostInFlight).toBe(4);
  expect(client.health().state).toBe('up');
  expect((await client.whenReady()).version).toBe('mock-colours-1');
});

test('texts are encoded beside the photos', async () => {
  await using apollo = await startMockApollo();
  await using client = createClipClient({ addresses: [apollo.address] });
  const { embeddings, modelVersion } = await client.encodeTexts(['red', 'a blue car']);
  expect(modelVersion).toBe('mock-colours-1');
  expect(embeddings.map(({ length }) => length)).toEqual([512, 512]);
});

test('an encoder that is away ends the call as UNAVAILABLE', async () => {
  await using apollo = await startMockApollo();
  await using client = createClipClient({ addresses: [apollo.address] });
  await apollo.kill();
  await expect(collect(client.encodeImages(images(3)))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await apollo.restart();
  await client.whenReady();
  expect(await collect(client.encodeImages(images(3)))).toHaveLength(3);
});
