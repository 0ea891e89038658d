import { startMockApollo } from '@clip-watch/apollo-mock';
import { expect, test, vi } from 'vitest';
import { createClipClientOf } from './clip-client.js';
import { collect, describeOutcome, solidImage, solidImages } from './testing/images.js';
import { SHORT_TIMING } from './testing/timing.js';
import type { ClipClient, ClipClientOptions, EncoderState, ImageToEncode } from './types.js';

function openClient(address: string, options: Partial<ClipClientOptions> = {}): ClipClient {
  return createClipClientOf({ addresses: [address], ...options }, { timing: SHORT_TIMING });
}

const stateOf = (client: ClipClient): EncoderState | undefined => client.health().encoders[0]?.state;

test('an encoder walks idle, connecting, open, draining, waiting, open, closed', async () => {
  await using apollo = await startMockApollo({ onItem: () => ({ kind: 'embed', delayMs: 200 }) });
  const client = openClient(apollo.address);
  expect(stateOf(client)).toBe('idle');
  const ready = client.whenReady();
  expect(stateOf(client)).toBe('connecting');
  await ready;
  expect(stateOf(client)).toBe('open');
  const running = collect(client.encodeImages([solidImage(1)]));
  await vi.waitUntil(() => apollo.counters.items === 1, { interval: 5 });
  apollo.drain(300);
  await vi.waitUntil(() => stateOf(client) === 'draining', { interval: 5 });
  expect((await running).outcomes.map(describeOutcome)).toEqual(['encoded']);
  await vi.waitUntil(() => stateOf(client) === 'waiting', { interval: 5 });
  expect(client.health()).toMatchObject({ state: 'down', reason: expect.stringContaining('shutting down') });
  await client.whenReady();
  expect(stateOf(client)).toBe('open');
  await client.close();
  expect(stateOf(client)).toBe('closed');
  await expect(client.whenReady()).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('broken after five failures, then one item at a time until the first good result', async () => {
  await using apollo = await startMockApollo({
    maxInFlight: 16,
    onItem: () => ({ kind: 'error', reason: 'ERROR_REASON_INTERNAL', retry: 'RETRY_LATER' }),
  });
  await using client = openClient(apollo.address, { concurrency: 16 });
  const { error, outcomes } = await collect(client.encodeImages(solidImages(60)));
  expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('20 items in a row') });
  expect(outcomes.every(({ kind }) => kind === 'transient')).toBe(true);
  expect(stateOf(client)).toBe('broken');
  expect(client.health().encoders[0]?.nextAttemptAt).toBeGreaterThan(Date.now() + 25_000);
  await expect(client.whenReady({ signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('takes the next image only when there is a place for it', async () => {
  await using apollo = await startMockApollo({ onItem: () => ({ kind: 'silent' }) });
  await using client = openClient(apollo.address, { concurrency: 3 });
  let taken = 0;
  const images = function* (): Generator<ImageToEncode> {
    for (const image of solidImages(50)) {
      taken++;
      yield image;
    }
  };
  const stop = new AbortController();
  const running = collect(client.encodeImages(images(), { signal: stop.signal }));
  await vi.waitUntil(() => apollo.counters.items === 3);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(taken).toBe(3);
  expect(client.health().encoders[0]).toMatchObject({ inFlight: 3, window: 3 });
  stop.abort();
  const { error, outcomes } = await running;
  expect(outcomes.map(describeOutcome)).toEqual(new Array(3).fill('transient cancelled'));
  expect(error).toMatchObject({ code: 'CANCELLED' });
  await vi.waitUntil(() => client.health().encoders[0]?.inFlight === 0);
  expect(apollo.counters.cancels).toBe(3);
});

test('a caller that leaves early has its images cancelled and its generator closed', async () => {
  await using apollo = await startMockApollo({ onItem: ({ serial }) => (serial > 2 ? { kind: 'silent' } : undefined) });
  await using client = openClient(apollo.address);
  let isClosed = false;
  const images = function* (): Generator<ImageToEncode> {
    try {
      yield* solidImages(50);
    } finally {
      isClosed = true;
    }
  };
  for await (const outcome of client.encodeImages(images())) if (outcome.imageId > 0) break;
  expect(isClosed).toBe(true);
  await vi.waitUntil(() => client.health().encoders[0]?.inFlight === 0);
  await client.whenReady();
});

test('a caller whose images throw gets its own error, after the outcomes', async () => {
  await using apollo = await startMockApollo({ delayMs: 20 });
  await using client = openClient(apollo.address);
  const images = function* (): Generator<ImageToEncode> {
    yield* solidImages(2);
    throw new RangeError('the disk is gone');
  };
  const { error, outcomes } = await collect(client.encodeImages(images()));
  expect(outcomes.map(describeOutcome)).toEqual(['encoded', 'encoded']);
  expect(error).toBeInstanceOf(RangeError);
});

test('the concurrency can be changed while running', async () => {
  await using apollo = await startMockApollo({ delayMs: 30 });
  await using client = openClient(apollo.address, { concurrency: 1 });
  const running = collect(client.encodeImages(solidImages(60)));
  await vi.waitUntil(() => apollo.counters.items > 10);
  expect(apollo.counters.mostInFlight).toBe(1);
  client.setConcurrency(8);
  expect((await running).outcomes).toHaveLength(60);
  expect(apollo.counters.mostInFlight).toBe(8);
  expect(() => client.setConcurrency(0)).toThrow(RangeError);
  expect(() => client.setConcurrency(257)).toThrow(RangeError);
  expect(client.concurrency).toBe(8);
});

test('the window is never more than the server grants', async () => {
  await using apollo = await startMockApollo({ maxInFlight: 2, delayMs: 2 });
  await using client = openClient(apollo.address, { concurrency: 64 });
  expect((await collect(client.encodeImages(solidImages(40)))).outcomes).toHaveLength(40);
  expect(apollo.counters).toMatchObject({ mostInFlight: 2, breaches: [] });
});

test('another pinned model drops the stream, and going back brings it again', async () => {
  await using apollo = await startMockApollo();
  await using client = openClient(apollo.address);
  await client.whenReady();
  client.setModelVersion('clip-9');
  expect(client.model).toBeUndefined();
  await expect(client.whenReady()).rejects.toMatchObject({
    code: 'MISCONFIGURED',
    message: expect.stringContaining('serves mock-colours-1, the photos are in clip-9'),
  });
  expect(client.health()).toMatchObject({
    state: 'misconfigured',
    encoders: [{ model: { version: 'mock-colours-1' } }],
  });
  client.setModelVersion('mock-colours-1');
  expect((await client.whenReady()).version).toBe('mock-colours-1');
});

test('the model in force, said again, changes nothing', async () => {
  await using apollo = await startMockApollo();
  await using client = openClient(apollo.address);
  const ready = client.whenReady();
  client.setModelVersion('mock-colours-1');
  for (let round = 0; round < 5; round++) client.setModelVersion('mock-colours-1');
  await ready;
  client.setModelVersion('mock-colours-1');
  expect((await collect(client.encodeImages(solidImages(4)))).outcomes).toHaveLength(4);
  expect(apollo.counters.encodeImages).toBe(1);
});

test('close lets what is in flight end, drops the rest after its grace, and is the same promise every time', async () => {
  await using apollo = await startMockApollo({
    onItem: ({ serial }) => (serial === 2 ? { kind: 'silent', deaf: true } : { kind: 'embed', delayMs: 80 }),
  });
  const client = openClient(apollo.address, { concurrency: 2 });
  const running = collect(client.encodeImages(solidImages(10)));
  await vi.waitUntil(() => apollo.counters.items === 2);
  const closing = client.close();
  expect(client.close()).toBe(closing);
  const { error, outcomes } = await running;
  expect(outcomes.map(describeOutcome).sort()).toEqual(['encoded', 'transient cancelled']);
  expect(error).toMatchObject({ code: 'CANCELLED' });
  await closing;
});

test('a hundred clients leave no timer and no socket behind', async () => {
  await using apollo = await startMockApollo();
  const count = (): number =>
    process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap' || kind === 'Timeout').length;
  const cycle = async (): Promise<void> => {
    await using client = openClient(apollo.address);
    await collect(client.encodeImages([solidImage(1)]));
  };
  await cycle();
  await vi.waitUntil(() => count() < 10, { timeout: 5_000 });
  const before = count();
  for (let i = 0; i < 100; i++) await cycle();
  await vi.waitUntil(() => count() <= before + 2, { timeout: 10_000 });
});
