import { embedText, type MockApolloOptions, startMockApollo } from '@clip-watch/apollo-mock';
import { expect, test, vi } from 'vitest';
import { createClipClient } from '../clip-client.js';
import type { ClipClientErrorCode } from '../errors.js';
import { collect, solidImages } from '../testing/images.js';
import type { ClipClientOptions } from '../types.js';

test('texts come back in their order as unit vectors of the model in force', async () => {
  await using apollo = await startMockApollo();
  await using client = createClipClient({ addresses: [apollo.address] });
  const { embeddings, modelVersion } = await client.encodeTexts(['red', 'blue', 'red']);
  expect(modelVersion).toBe('mock-colours-1');
  expect(embeddings[0]).toEqual(embeddings[2]);
  expect(embeddings[1]).toEqual(embedText('blue', 512));
});

test('a query is answered while every place is taken by photos', async () => {
  await using apollo = await startMockApollo({ onItem: () => ({ kind: 'silent' }) });
  await using client = createClipClient({ addresses: [apollo.address] });
  const stop = new AbortController();
  const running = collect(client.encodeImages(solidImages(20), { signal: stop.signal }));
  await vi.waitUntil(() => apollo.counters.items === 4);
  expect((await client.encodeTexts(['red'])).embeddings).toHaveLength(1);
  stop.abort();
  await running;
});

test('another encoder is asked when the first is away', async () => {
  await using away = await startMockApollo();
  await using there = await startMockApollo();
  await away.kill();
  await using client = createClipClient({ addresses: [away.address, there.address] });
  expect((await client.encodeTexts(['red'])).embeddings).toHaveLength(1);
});

test('the fallback answers a query while the others are away, with the pinned model only', async () => {
  await using away = await startMockApollo();
  await using fallback = await startMockApollo();
  await away.kill();
  const addresses = [away.address];
  await using pinned = createClipClient({
    addresses,
    fallbackAddress: fallback.address,
    modelVersion: 'mock-colours-1',
  });
  expect((await pinned.encodeTexts(['red'])).embeddings).toHaveLength(1);
  await using unpinned = createClipClient({ addresses, fallbackAddress: fallback.address });
  await expect(unpinned.encodeTexts(['red'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

const FAILURES: readonly (readonly [string, MockApolloOptions, Partial<ClipClientOptions>, ClipClientErrorCode])[] = [
  ['a model without a text side', { model: { supports_text: false } }, {}, 'NO_TEXT'],
  ['NaN', { onTexts: () => ({ kind: 'garbage', garbage: 'nan' }) }, {}, 'PROTOCOL'],
  [
    'another model',
    { onTexts: () => ({ kind: 'garbage', garbage: 'wrong_version' }) },
    { modelVersion: 'mock-colours-1' },
    'PROTOCOL',
  ],
  ['a model that is not served', {}, { modelVersion: 'clip-9' }, 'MISCONFIGURED'],
  ['no answer', { onTexts: () => ({ kind: 'silent' }) }, {}, 'DEADLINE_EXCEEDED'],
  ['a refused text', { onTexts: () => ({ kind: 'status', code: 3 }) }, {}, 'INVALID_ARGUMENT'],
  [
    'a full queue',
    { onTexts: () => ({ kind: 'error', reason: 'ERROR_REASON_OVERLOADED', retry: 'RETRY_LATER' }) },
    {},
    'UNAVAILABLE',
  ],
  ['a refused token', { token: 'right' }, { token: 'wrong' }, 'MISCONFIGURED'],
];

test.each(FAILURES)('%s is told by its code', async (_, mock, options, code) => {
  await using apollo = await startMockApollo(mock);
  await using client = createClipClient({ addresses: [apollo.address], ...options });
  await expect(client.encodeTexts(['red'], { timeoutMs: 200 })).rejects.toMatchObject({ code });
});

test('no text and a cancelled query are told apart', async () => {
  await using apollo = await startMockApollo({ onTexts: () => ({ kind: 'silent' }) });
  await using client = createClipClient({ addresses: [apollo.address] });
  await expect(client.encodeTexts([])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(client.encodeTexts(['red'], { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
});
