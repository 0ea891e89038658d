import { type MockApollo, type MockApolloOptions, startFreezableProxy, startMockApollo } from '@clip-watch/apollo-mock';
import { expect, test, vi } from 'vitest';
import { createClipClientOf } from '../clip-client.js';
import { ClipClientError } from '../errors.js';
import { collect, describeOutcome, solidImage, solidImages } from '../testing/images.js';
import { SHORT_TIMING } from '../testing/timing.js';
import type { ClipClient, ClipClientOptions, EncodeOutcome, ImageToEncode } from '../types.js';

function openClient(
  apollos: readonly { readonly address: string }[],
  options: Partial<ClipClientOptions> = {},
): ClipClient {
  return createClipClientOf({ addresses: apollos.map(({ address }) => address), ...options }, { timing: SHORT_TIMING });
}

const said = (outcomes: readonly EncodeOutcome[]): string[] => [...new Set(outcomes.map(describeOutcome))].sort();

/** Encodes until each image has a verdict, as a drain would. @returns every outcome, in order */
async function drain(client: ClipClient, images: readonly ImageToEncode[]): Promise<EncodeOutcome[]> {
  const all: EncodeOutcome[] = [];
  for (let left = [...images]; left.length > 0; ) {
    const { error, outcomes } = await collect(client.encodeImages(left));
    all.push(...outcomes);
    const done = new Set(outcomes.filter(({ kind }) => kind !== 'transient').map(({ imageId }) => imageId));
    left = left.filter(({ imageId }) => !done.has(imageId));
    if (error instanceof ClipClientError) await client.whenReady();
  }
  return all;
}

test('images go where there is room: encoders of unequal speed share them by speed', async () => {
  await using fast = await startMockApollo({ workers: 1, delayMs: 4 });
  await using slow = await startMockApollo({ workers: 1, delayMs: 40 });
  await using client = openClient([slow, fast]);
  const { outcomes } = await collect(client.encodeImages(solidImages(80)));
  expect(said(outcomes)).toEqual(['encoded']);
  expect(slow.counters.items).toBeGreaterThan(0);
  expect(fast.counters.items).toBeGreaterThan(2 * slow.counters.items);
});

test('one of two is killed and restarted again and again: every image has one verdict, none is lost', async () => {
  await using steady = await startMockApollo({ workers: 1, delayMs: 4 });
  await using shaky = await startMockApollo({ workers: 1, delayMs: 4 });
  await using client = openClient([steady, shaky]);
  const images = solidImages(400);
  const draining = drain(client, images);
  for (let round = 0; round < 4; round++) {
    const before = shaky.counters.items;
    await vi.waitUntil(() => shaky.counters.items > before + 3, { timeout: 5_000 });
    await shaky.kill();
    await shaky.restart();
  }
  const outcomes = await draining;
  const verdicts = outcomes.filter(({ kind }) => kind !== 'transient');
  expect(said(verdicts)).toEqual(['encoded']);
  expect(verdicts.map(({ imageId }) => imageId).sort((a, b) => a - b)).toEqual(images.map(({ imageId }) => imageId));
});

test('a drain costs no item: the other encoder goes on', async () => {
  await using leaving = await startMockApollo({ workers: 1, delayMs: 5 });
  await using staying = await startMockApollo({ workers: 1, delayMs: 5 });
  await using client = openClient([leaving, staying]);
  const running = collect(client.encodeImages(solidImages(60)));
  await vi.waitUntil(() => leaving.counters.items > 5);
  leaving.drain(60_000);
  const { error, outcomes } = await running;
  expect(error).toBeUndefined();
  expect(said(outcomes)).toEqual(['encoded']);
  expect(leaving.counters.halfCloses).toBe(1);
  await vi.waitUntil(() => client.health().encoders[0]?.state === 'waiting');
});

test('GOAWAY costs the items in flight a second try, nothing else', async () => {
  await using apollo = await startMockApollo({ workers: 1, delayMs: 5 });
  await using client = openClient([apollo]);
  const draining = drain(client, solidImages(40));
  await vi.waitUntil(() => apollo.counters.items > 5);
  apollo.goAway();
  expect(said((await draining).filter(({ kind }) => kind !== 'transient'))).toEqual(['encoded']);
});

test('a connection that is half-open is noticed by the missing heartbeats', async () => {
  await using apollo = await startMockApollo({ heartbeatMs: 20, workers: 1, delayMs: 5 });
  await using proxy = await startFreezableProxy(apollo.address);
  await using client = openClient([proxy]);
  const running = collect(client.encodeImages(solidImages(40)));
  await vi.waitUntil(() => apollo.counters.items > 5);
  proxy.freeze();
  const { error, outcomes } = await running;
  expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('silent') });
  expect(said(outcomes)).toEqual(['encoded', 'transient unavailable']);
});

test('an encoder of another model is shown and left out, the others serve', async () => {
  await using right = await startMockApollo();
  await using wrong = await startMockApollo({ model: { version: 'other-2' } });
  await using client = openClient([right, wrong], { modelVersion: 'mock-colours-1' });
  const { outcomes } = await collect(client.encodeImages(solidImages(20)));
  expect(said(outcomes)).toEqual(['encoded']);
  expect(wrong.counters.items).toBe(0);
  await vi.waitUntil(() => client.health().encoders[1]?.state === 'misconfigured');
  expect(client.health()).toMatchObject({
    state: 'up',
    encoders: [
      { state: 'open', model: { version: 'mock-colours-1' } },
      { reason: 'the encoder serves other-2, the photos are in mock-colours-1', model: { version: 'other-2' } },
    ],
  });
});

test.each([
  ['dimension', { embedding_dim: 256 }],
  ['preprocessing', { input_size: 336 }],
])('an encoder of another %s under the same version is refused', async (_, model) => {
  await using right = await startMockApollo();
  await using wrong = await startMockApollo({ model });
  await using client = openClient([right, wrong]);
  await client.whenReady();
  const known = client.model;
  await vi.waitUntil(
    () =>
      client.health().encoders.some(({ state }) => state === 'misconfigured') ||
      client.health().encoders.every(({ state }) => state === 'open'),
  );
  await collect(client.encodeImages(solidImages(8)));
  await vi.waitUntil(() => client.health().encoders.filter(({ state }) => state === 'misconfigured').length === 1);
  expect(client.model).toEqual(known);
});

test('a photo that one encoder has no decoder for is asked of the other', async () => {
  const refuse: MockApolloOptions['onItem'] = () => ({
    kind: 'error',
    reason: 'ERROR_REASON_UNSUPPORTED_MEDIA',
    retry: 'RETRY_NEVER',
  });
  await using picky = await startMockApollo({ onItem: refuse });
  await using able = await startMockApollo();
  await using client = openClient([picky, able]);
  const { outcomes } = await collect(client.encodeImages(solidImages(20)));
  expect(picky.counters.items).toBeGreaterThan(0);
  expect(said(outcomes)).toEqual(['encoded']);
});

test('it is permanent only when every encoder has said so', async () => {
  const refuse: MockApolloOptions['onItem'] = () => ({
    kind: 'error',
    reason: 'ERROR_REASON_TOO_LARGE',
    retry: 'RETRY_NEVER',
  });
  await using one = await startMockApollo({ onItem: refuse });
  await using two = await startMockApollo({ onItem: refuse });
  await using client = openClient([one, two]);
  expect(said((await collect(client.encodeImages(solidImages(6)))).outcomes)).toEqual(['permanent too_large']);
  expect([one.counters.items, two.counters.items]).toEqual([6, 6]);
  await two.kill();
  await vi.waitUntil(() => client.health().encoders[1]?.state !== 'open');
  const { outcomes } = await collect(client.encodeImages([solidImage(7)]));
  expect(said(outcomes)).toEqual(['transient unavailable']);
});

test('poison kills one stream, is tried alone, and never meets a stream again', async () => {
  const poison = solidImage(3).ref.contentHash;
  await using apollo = await startMockApollo({
    onItem: ({ item }) =>
      item.ref?.content_hash === poison ? { kind: 'status', code: 13, details: 'crash' } : undefined,
  });
  await using client = openClient([apollo]);
  const first = await collect(client.encodeImages(solidImages(6)));
  const streams = apollo.counters.encodeImages;
  expect(first.outcomes.filter(({ imageId }) => imageId === 3).map(describeOutcome)).toEqual(['transient internal']);
  expect(said(first.outcomes.filter(({ imageId }) => imageId !== 3))).toEqual(['encoded']);
  await client.whenReady();
  const second = await collect(client.encodeImages(solidImages(6)));
  expect(second.error).toBeUndefined();
  expect(second.outcomes.filter(({ kind }) => kind === 'encoded')).toHaveLength(5);
  expect(apollo.counters.encodeImages).toBe(streams + 1);
});

test('a message over the stated limit is never written', async () => {
  await using apollo = await startMockApollo({ model: { limits: { max_message_bytes: 100_000 } } });
  await using client = openClient([apollo]);
  const { error, outcomes } = await collect(client.encodeImages(solidImages(3)));
  expect(error).toBeUndefined();
  expect(said(outcomes)).toEqual(['transient invalid_item (bug)']);
  expect(apollo.counters.items).toBe(0);
});

async function startPair(fallbackModel: MockApolloOptions['model'] = {}): Promise<[MockApollo, MockApollo]> {
  return Promise.all([startMockApollo(), startMockApollo({ model: fallbackModel })]);
}

test('the fallback serves while the others are away, and only then', async () => {
  const [primary, fallback] = await startPair();
  await using _ = primary;
  await using __ = fallback;
  await using client = openClient([primary], { fallbackAddress: fallback.address });
  expect(said((await collect(client.encodeImages(solidImages(8)))).outcomes)).toEqual(['encoded']);
  expect(fallback.counters.encodeImages).toBe(0);

  await primary.kill();
  await vi.waitUntil(() => client.health().encoders[0]?.state !== 'open');
  await client.whenReady();
  expect(said((await collect(client.encodeImages(solidImages(8)))).outcomes)).toEqual(['encoded']);
  expect(fallback.counters.items).toBe(8);

  await primary.restart();
  const waiting = drain(client, solidImages(4));
  await waiting;
  await vi.waitUntil(async () => {
    await drain(client, solidImages(4));
    return client.health().encoders[0]?.state === 'open';
  });
  const served = fallback.counters.items;
  await drain(client, solidImages(8));
  expect(fallback.counters.items).toBe(served);
});

test('a fallback of another model version never serves', async () => {
  const [primary, fallback] = await startPair({ version: 'other-2' });
  await using _ = primary;
  await using __ = fallback;
  await using client = openClient([primary], { fallbackAddress: fallback.address });
  await client.whenReady();
  await primary.kill();
  await vi.waitUntil(() => client.health().encoders[0]?.state !== 'open');
  const { error } = await collect(client.encodeImages(solidImages(4)));
  expect(error).toMatchObject({ code: 'UNAVAILABLE' });
  expect(fallback.counters.items).toBe(0);
});

test('a fallback never decides which model is in force', async () => {
  const [primary, fallback] = await startPair();
  await using _ = primary;
  await using __ = fallback;
  await primary.kill();
  await using client = openClient([primary], { fallbackAddress: fallback.address });
  expect((await collect(client.encodeImages(solidImages(4)))).error).toMatchObject({ code: 'UNAVAILABLE' });
  expect(fallback.counters.encodeImages).toBe(0);
});

test('an overloaded encoder is left alone for as long as it asked, the other works', async () => {
  const busy: MockApolloOptions['onItem'] = () => ({
    kind: 'error',
    reason: 'ERROR_REASON_OVERLOADED',
    retry: 'RETRY_LATER',
    retryDelayMs: 60_000,
  });
  await using full = await startMockApollo({ onItem: busy });
  await using free = await startMockApollo();
  await using client = openClient([full, free]);
  const { outcomes } = await collect(client.encodeImages(solidImages(60)));
  expect(outcomes.filter(({ kind }) => kind === 'transient').length).toBeLessThanOrEqual(4);
  expect(full.counters.items).toBeLessThanOrEqual(4);
  expect(client.health().encoders[0]?.reason).toMatch(/busy/);
});

test('an encoder that takes no more than eight at once is not sent sixteen again and again', async () => {
  let held = 0;
  let refused = 0;
  const delayMs = 10;
  await using apollo = await startMockApollo({
    onItem: () => {
      if (held >= 8) {
        refused++;
        return { kind: 'error', reason: 'ERROR_REASON_OVERLOADED', retry: 'RETRY_LATER' };
      }
      held++;
      // Set before the mock's own timer of the same delay, so it fires before the answer goes out.
      setTimeout(() => held--, delayMs);
      return { kind: 'embed', delayMs };
    },
  });
  await using client = openClient([apollo], { concurrency: 16 });
  const outcomes = await drain(client, solidImages(400));
  expect(outcomes.filter(({ kind }) => kind === 'encoded')).toHaveLength(400);
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThan(40);
});
