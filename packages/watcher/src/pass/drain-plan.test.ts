import type { TransientOutcome } from '@clip-watch/clip-client';
import { describe, expect, test } from 'vitest';
import type { PictureFailure } from '../picture-types.js';
import { encoded, facts, NOW, workItem } from '../testing/work-items.js';
import { planChanged, planOutcome, planPictureFailure } from './drain-plan.js';

const MINUTE = 60_000;
const outcomeFacts = { ...facts(), quality: 'full', expected: { modelVersion: 'm1', dimension: 2 } } as const;

describe('an embedding', () => {
  test('is stored with the token, the hash and where it came from', () => {
    const entry = planOutcome(workItem(), encoded(), { ...outcomeFacts, quality: 'preview' });
    expect(entry).toMatchObject({
      kind: 'embedding',
      row: { imageId: 7, contentHash: 'hash-7', token: 'token', quality: 'preview', decoderVersion: 'd1' },
    });
  });

  test.each([
    ['other bytes', { contentHash: 'other' }],
    ['another model', { modelVersion: 'm2' }],
    ['a wrong length', { embedding: Float32Array.of(1) }],
    ['a number that is none', { embedding: Float32Array.of(Number.NaN, 1) }],
    ['an infinite number', { embedding: Float32Array.of(Number.POSITIVE_INFINITY, 0) }],
  ])('of %s is never stored and never held against the photo', (_, change) => {
    const entry = planOutcome(workItem(), encoded(change), outcomeFacts);
    expect(entry).toMatchObject({
      kind: 'failure',
      row: { errorClass: 'service', reason: 'protocol', final: false, countsAttempt: false },
    });
  });
});

describe('the encoder', () => {
  test.each(['undecodable', 'unsupported_media', 'too_large', 'refused'] as const)('%s is final', (reason) => {
    const outcome = { kind: 'permanent', imageId: 7, contentHash: 'hash-7', reason, message: 'no' } as const;
    expect(planOutcome(workItem(), outcome, outcomeFacts)).toMatchObject({
      kind: 'failure',
      row: { errorClass: 'photo', reason, final: true, countsAttempt: true, nextAttemptAt: null },
    });
  });

  const transient = (change: Partial<TransientOutcome>): TransientOutcome => ({
    kind: 'transient',
    imageId: 7,
    contentHash: 'hash-7',
    errorClass: 'service',
    reason: 'unavailable',
    message: '',
    ...change,
  });

  test.each([
    ['unavailable', 0, 'release'],
    ['unavailable', 1, 'failure'],
    ['cancelled', 3, 'release'],
    ['misconfigured', 3, 'release'],
    ['model_loading', 3, 'release'],
    ['overloaded', 0, 'failure'],
    ['timeout', 0, 'failure'],
    ['protocol', 0, 'failure'],
    ['internal', 0, 'failure'],
  ] as const)('%s after %d outages with this photo under way: %s', (reason, outages, kind) => {
    const entry = planOutcome(workItem(), transient({ reason }), { ...outcomeFacts, outages });
    expect(entry.kind).toBe(kind);
    if (entry.kind === 'failure') expect(entry.row).toMatchObject({ final: false, countsAttempt: false });
  });

  test.each([
    [0, 1_000],
    [3, 8_000],
    [50, 5 * MINUTE],
  ])('after %d deferrals service waits up to %d ms', (deferrals, longestMs) => {
    const entry = planOutcome(workItem({ deferrals }), transient({ reason: 'internal' }), outcomeFacts);
    expect(entry).toMatchObject({ row: { nextAttemptAt: NOW + longestMs } });
  });

  test('waits as long as the encoder asks', () => {
    const entry = planOutcome(workItem(), transient({ reason: 'overloaded', retryAfterMs: 9 * MINUTE }), outcomeFacts);
    expect(entry).toMatchObject({ row: { nextAttemptAt: NOW + 9 * MINUTE } });
  });

  test('a malformed item is our own fault', () => {
    const outcome = transient({ errorClass: 'bug', reason: 'invalid_item' });
    expect(planOutcome(workItem(), outcome, outcomeFacts)).toMatchObject({
      row: { errorClass: 'bug', final: false, countsAttempt: false },
    });
  });
});

describe('a picture that gave no pixels', () => {
  const failure = (change: Partial<PictureFailure>): PictureFailure => ({
    kind: 'failed',
    reason: 'timeout',
    errorClass: 'photo',
    sure: false,
    message: 'it took too long',
    ...change,
  });

  test('is final at once when the verdict is sure', () => {
    const entry = planPictureFailure(workItem(), failure({ reason: 'corrupt', sure: true }), facts());
    expect(entry).toMatchObject({ row: { final: true, countsAttempt: true, nextAttemptAt: null } });
  });

  test.each([
    [0, false, MINUTE],
    [1, false, 10 * MINUTE],
    [2, true, null],
    [9, true, null],
  ])('after %d tries: final %s', (attempts, final, longest) => {
    const entry = planPictureFailure(workItem({ attempts }), failure({}), facts());
    expect(entry).toMatchObject({ row: { final, countsAttempt: true } });
    const at = entry.kind === 'failure' ? entry.row.nextAttemptAt : null;
    if (longest === null) expect(at).toBeNull();
    else expect(at).toBeLessThanOrEqual(NOW + longest);
  });

  test.each(['environment', 'bug'] as const)('is never final in class %s', (errorClass) => {
    const item = workItem({ attempts: 9, deferrals: 2 });
    const entry = planPictureFailure(item, failure({ errorClass, sure: true }), facts());
    const longestMs = errorClass === 'environment' ? 2 * MINUTE : 4 * MINUTE;
    expect(entry).toMatchObject({
      row: { errorClass, final: false, countsAttempt: false, nextAttemptAt: NOW + longestMs },
    });
  });

  test('that changed on disk waits a minute for the scan and costs no try', () => {
    expect(planChanged(workItem(), facts())).toMatchObject({
      row: { reason: 'changed', final: false, countsAttempt: false, nextAttemptAt: NOW + MINUTE },
    });
  });
});
