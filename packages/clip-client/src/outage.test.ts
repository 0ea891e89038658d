import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createClipClientOf } from './clip-client.js';
import { ClipClientError } from './errors.js';
import { fakeEncoder } from './testing/fake-channel.js';
import { collect, solidImage } from './testing/images.js';
import { recordLog } from './testing/log.js';
import type { ClipClient, EncodeOutcome, ImageToEncode } from './types.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const COUNT = 10_000;
const PAYLOAD = solidImage(1).payload;

/** As a drain would: encodes what is left, and waits for an encoder when there is none. */
async function drain(client: ClipClient): Promise<EncodeOutcome[]> {
  const left = new Map<number, ImageToEncode>();
  for (let imageId = 1; imageId <= COUNT; imageId++)
    left.set(imageId, { imageId, ref: { contentHash: `${imageId}` }, payload: PAYLOAD });
  const verdicts: EncodeOutcome[] = [];
  while (left.size > 0) {
    const { error, outcomes } = await collect(client.encodeImages(left.values()));
    for (const outcome of outcomes) if (outcome.kind !== 'transient') verdicts.push(outcome);
    for (const { imageId, kind } of outcomes) if (kind !== 'transient') left.delete(imageId);
    if (error instanceof ClipClientError) await client.whenReady();
  }
  return verdicts;
}

test('an encoder that is off for 30 minutes costs few calls, few lines and no photo', async () => {
  const encoder = fakeEncoder();
  const log = recordLog();
  const client = createClipClientOf({ addresses: ['grpc://10.0.0.5:1'], log }, { openChannel: encoder.openChannel });
  const done = drain(client);
  await vi.advanceTimersByTimeAsync(30 * 60_000);
  expect(encoder.calls).toBeGreaterThan(50);
  expect(encoder.calls).toBeLessThanOrEqual(65);
  expect(log.loud().length).toBeLessThanOrEqual(40);
  expect(client.health()).toMatchObject({ state: 'down', encoders: [{ state: 'broken' }] });

  encoder.isDown = false;
  await vi.advanceTimersByTimeAsync(31_000);
  const outcomes = await done;
  expect(outcomes).toHaveLength(COUNT);
  expect(outcomes.every(({ kind }) => kind === 'encoded')).toBe(true);
  expect(log.loud()).toEqual([
    expect.stringMatching(/^warn clip_watch: the encoder is away .*ECONNREFUSED/),
    expect.stringMatching(/^warn clip_watch: the encoder stays away/),
    expect.stringMatching(/^info clip_watch: the encoder is back/),
  ]);
});

test('nobody has work: an encoder that is off is not asked at all', async () => {
  const encoder = fakeEncoder();
  const client = createClipClientOf({ addresses: ['grpc://10.0.0.5:1'] }, { openChannel: encoder.openChannel });
  await expect(collect(client.encodeImages([solidImage(1)]))).resolves.toMatchObject({
    error: { code: 'UNAVAILABLE' },
  });
  const asked = encoder.calls;
  await vi.advanceTimersByTimeAsync(60 * 60_000);
  expect(encoder.calls).toBe(asked);
});

test('disabled: no timer and no channel, ever', async () => {
  const client = createClipClientOf(
    { addresses: [] },
    {
      openChannel: () => {
        throw new Error('a channel was opened');
      },
    },
  );
  expect(client.isEnabled).toBe(false);
  await expect(client.whenReady()).rejects.toMatchObject({ code: 'DISABLED' });
  await expect(client.encodeTexts(['red'])).rejects.toMatchObject({ code: 'DISABLED' });
  await expect(collect(client.encodeImages([solidImage(1)]))).resolves.toMatchObject({
    outcomes: [],
    error: { code: 'DISABLED' },
  });
  expect(client.health()).toMatchObject({ state: 'disabled', encoders: [] });
  await client.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('an idle stream is half-closed after a minute, and the next image opens another', async () => {
  const encoder = fakeEncoder();
  encoder.isDown = false;
  const client = createClipClientOf({ addresses: ['grpc://10.0.0.5:1'] }, { openChannel: encoder.openChannel });
  expect((await collect(client.encodeImages([solidImage(1)]))).outcomes).toHaveLength(1);
  expect(client.health().encoders[0]?.state).toBe('open');
  await vi.advanceTimersByTimeAsync(59_000);
  expect(client.health().encoders[0]?.state).toBe('open');
  await vi.advanceTimersByTimeAsync(7_000);
  expect(client.health()).toMatchObject({ state: 'up', encoders: [{ state: 'idle' }] });
  expect(vi.getTimerCount()).toBe(0);
  expect((await collect(client.encodeImages([solidImage(2)]))).outcomes).toMatchObject([{ kind: 'encoded' }]);
  await client.close();
});
