import type { EncodeResult__Output } from '@clip-watch/proto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClipModel } from '../types.js';
import { effectOf, judgeResult, mayAskAnother, transient, unansweredVerdict } from './encode-outcome.js';

const MODEL: ClipModel = {
  name: 'm',
  version: 'v1',
  dimension: 4,
  normalized: true,
  acceptedMediaTypes: [],
  supportsText: true,
  maxTextTokens: 77,
};
const HASH = 'ab';

function embedding(values: readonly number[], changes: object = {}): EncodeResult__Output {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeFloatLE(value, i * 4);
  return {
    request_id: 1,
    content_hash: HASH,
    outcome: 'embedding',
    embedding: { values_f32le: bytes, dim: values.length, model_version: 'v1' },
    duration_ms: 8,
    queue_ms: 0,
    ...changes,
  };
}

function itemError(reason: unknown, retry: unknown, retry_delay_ms = 0): EncodeResult__Output {
  const error = { reason, retry, retry_delay_ms, message: 'why' } as EncodeResult__Output['error'] & object;
  return { request_id: 1, content_hash: HASH, outcome: 'error', error, duration_ms: 0, queue_ms: 0 };
}

test('a good embedding is taken as it is', () => {
  const verdict = judgeResult(embedding([0.5, 0.5, 0.5, 0.5]), HASH, MODEL);
  expect(verdict).toEqual({
    kind: 'encoded',
    embedding: new Float32Array([0.5, 0.5, 0.5, 0.5]),
    modelVersion: 'v1',
    durationMs: 8,
  });
});

test.each([0.9992, 1.0008])('norm %f is close enough to 1', (norm) => {
  expect(judgeResult(embedding([norm, 0, 0, 0]), HASH, MODEL).kind).toBe('encoded');
});

test.each([0.998, 1.002])('norm %f is not', (norm) => {
  expect(judgeResult(embedding([norm, 0, 0, 0]), HASH, MODEL)).toMatchObject({ reason: 'protocol' });
});

test('a model without unit length may have any norm but 0', () => {
  const model = { ...MODEL, normalized: false };
  expect(judgeResult(embedding([3, 4, 0, 0]), HASH, model).kind).toBe('encoded');
  expect(judgeResult(embedding([0, 0, 0, 0]), HASH, model)).toMatchObject({ reason: 'protocol' });
});

test('no bytes, no version and no hash but the right ones ever become an embedding', () => {
  const float = fc.float({ noDefaultInfinity: false });
  fc.assert(
    fc.property(
      fc.array(float, { maxLength: 6 }),
      fc.constantFrom('v1', 'v2', ''),
      fc.constantFrom(HASH, 'cd', ''),
      fc.nat(6),
      (values, version, hash, dim) => {
        const bytes = Buffer.from(new Float32Array(values).buffer);
        const result = embedding([], {
          content_hash: hash,
          embedding: { values_f32le: bytes, dim, model_version: version },
        });
        const verdict = judgeResult(result, HASH, MODEL);
        const isGood =
          hash === HASH &&
          version === 'v1' &&
          dim === 4 &&
          values.length === 4 &&
          Math.abs(Math.hypot(...values) - 1) <= 1e-3;
        expect(verdict.kind).toBe(isGood ? 'encoded' : 'transient');
      },
    ),
  );
});

describe('item errors', () => {
  test.each([
    ['ERROR_REASON_UNDECODABLE', 'RETRY_NEVER', { kind: 'permanent', reason: 'undecodable' }],
    ['ERROR_REASON_UNSUPPORTED_MEDIA', 'RETRY_NEVER', { kind: 'permanent', reason: 'unsupported_media' }],
    ['ERROR_REASON_TOO_LARGE', 'RETRY_NEVER', { kind: 'permanent', reason: 'too_large' }],
    ['ERROR_REASON_UNSPECIFIED', 'RETRY_NEVER', { kind: 'permanent', reason: 'refused' }],
    [99, 'RETRY_NEVER', { kind: 'permanent', reason: 'refused' }],
    ['ERROR_REASON_UNDECODABLE', 'RETRY_LATER', { kind: 'transient', reason: 'internal' }],
    ['ERROR_REASON_UNDECODABLE', 'RETRY_UNSPECIFIED', { kind: 'transient', reason: 'internal' }],
    ['ERROR_REASON_UNDECODABLE', 7, { kind: 'transient', reason: 'internal' }],
    ['ERROR_REASON_OVERLOADED', 'RETRY_LATER', { kind: 'transient', reason: 'overloaded' }],
    ['ERROR_REASON_MODEL_LOADING', 'RETRY_LATER', { kind: 'transient', reason: 'model_loading' }],
    ['ERROR_REASON_DEADLINE', 'RETRY_LATER', { kind: 'transient', reason: 'timeout' }],
    ['ERROR_REASON_CANCELLED', 'RETRY_LATER', { kind: 'transient', reason: 'cancelled' }],
    ['ERROR_REASON_INTERNAL', 'RETRY_LATER', { kind: 'transient', reason: 'internal' }],
    ['ERROR_REASON_INTERNAL', 'RETRY_NEVER', { kind: 'transient', reason: 'protocol' }],
    ['ERROR_REASON_INVALID_ITEM', 'RETRY_NEVER', { kind: 'transient', errorClass: 'bug' }],
    ['ERROR_REASON_INVALID_ITEM', 'RETRY_LATER', { kind: 'transient', errorClass: 'bug' }],
  ])('%s with %s', (reason, retry, expected) => {
    expect(judgeResult(itemError(reason, retry), HASH, MODEL)).toMatchObject(expected);
  });

  test('a pause that was asked for is passed on', () => {
    expect(judgeResult(itemError('ERROR_REASON_OVERLOADED', 'RETRY_LATER', 1500), HASH, MODEL)).toMatchObject({
      retryAfterMs: 1500,
    });
  });

  test('a message of the server is one line, not endless', () => {
    const result = itemError('ERROR_REASON_INTERNAL', 'RETRY_LATER');
    result.error!.message = `a\nb\u2028c${'x'.repeat(5000)}`;
    const verdict = judgeResult(result, HASH, MODEL);
    expect(verdict).toMatchObject({ message: expect.stringMatching(/^a b cx+$/) });
    expect((verdict as { message: string }).message.length).toBeLessThanOrEqual(300);
  });
});

test('only what another decoder or larger limits could change is asked elsewhere', () => {
  const reasons = ['undecodable', 'unsupported_media', 'too_large', 'refused'] as const;
  expect(reasons.filter((reason) => mayAskAnother({ kind: 'permanent', reason, message: '' }))).toEqual([
    'unsupported_media',
    'too_large',
  ]);
});

test('an overload is a pause, nonsense a fault, our own fault neither', () => {
  expect(effectOf(transient('overloaded', ''))).toBe('pause');
  expect(effectOf(transient('protocol', ''))).toBe('fault');
  expect(effectOf(transient('timeout', ''))).toBe('fault');
  expect(effectOf({ kind: 'transient', errorClass: 'bug', reason: 'invalid_item', message: '' })).toBe('none');
  expect(effectOf({ kind: 'permanent', reason: 'undecodable', message: '' })).toBe('good');
});

test.each([
  ['UNAVAILABLE', 'unavailable'],
  ['CANCELLED', 'unavailable'],
  ['INTERNAL', 'internal'],
  ['RESOURCE_EXHAUSTED', 'overloaded'],
  ['UNAUTHENTICATED', 'misconfigured'],
] as const)('items of a stream that ended with %s are transient: %s', (status, reason) => {
  expect(unansweredVerdict({ kind: 'status', status, details: '' })).toMatchObject({ kind: 'transient', reason });
});
