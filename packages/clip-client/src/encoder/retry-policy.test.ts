import { describe, expect, test } from 'vitest';
import {
  BREAKER_FAILURES,
  classifyStatus,
  describeEnd,
  MAX_PAUSE_MS,
  maySomeItemBePoison,
  pauseMs,
  planAfterEnd,
  reconnectDelayMs,
  type StatusName,
  type StreamEnd,
} from './retry-policy.js';

const service = [
  'CANCELLED',
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'ABORTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
] as const;
const misconfigured = [
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'UNIMPLEMENTED',
  'FAILED_PRECONDITION',
  'INVALID_ARGUMENT',
] as const;

test.each(service)('%s is an outage', (status) => expect(classifyStatus(status)).toBe('service'));
test.each(misconfigured)('%s needs a person', (status) => expect(classifyStatus(status)).toBe('misconfigured'));

test('only RESOURCE_EXHAUSTED and INTERNAL make an item suspect', () => {
  const suspects = [...service, ...misconfigured].filter((status: StatusName) => maySomeItemBePoison(status));
  expect(suspects.sort()).toEqual(['INTERNAL', 'RESOURCE_EXHAUSTED']);
});

describe('reconnect delay', () => {
  test.each([
    [1, 0, 250],
    [1, 1, 500],
    [3, 1, 2000],
    [5, 1, 8000],
    [6, 1, 10_000],
    [1000, 1, 10_000],
    [1000, 0, 250],
    [2, 0.5, 625],
  ])('after %i failures with random %f: %i ms', (failures, random, delayMs) => {
    expect(reconnectDelayMs(failures, random)).toBe(delayMs);
  });
});

test('an encoder gets the pause that it asked for, within reason', () => {
  expect(pauseMs(3_000, 1, 0)).toBe(3_000);
  expect(pauseMs(0, 1, 0)).toBe(250);
  expect(pauseMs(4_000_000_000, 1, 0)).toBe(MAX_PAUSE_MS);
});

describe('after a stream', () => {
  const down = { kind: 'status', status: 'UNAVAILABLE', details: 'gone' } as const;
  test.each([
    ['the first failure waits', down, 0, { state: 'waiting', delayMs: 250, failures: 1 }],
    ['the fourth failure still waits', down, 3, { state: 'waiting', delayMs: 250, failures: 4 }],
    ['the fifth failure opens the breaker', down, 4, { state: 'broken', delayMs: 30_000, failures: 5 }],
    ['a probe that fails leaves it open', down, 9, { state: 'broken', delayMs: 30_000, failures: 10 }],
    ['silence is a failure', { kind: 'silent' }, 0, { state: 'waiting', failures: 1 }],
    ['a stuck cancel is a failure', { kind: 'stuck' }, 0, { state: 'waiting', failures: 1 }],
    ['an open time-out is a failure', { kind: 'open_timeout' }, 4, { state: 'broken', failures: 5 }],
    ['a broken handshake is a failure', { kind: 'protocol', message: 'x' }, 0, { state: 'waiting', failures: 1 }],
    ['a shut window is a failure', { kind: 'starved' }, 0, { state: 'waiting', failures: 1 }],
    ['a loading model never opens the breaker', { kind: 'not_serving', message: 'x' }, 50, { state: 'waiting' }],
    [
      'a drain is no failure',
      { kind: 'drained', retryDelayMs: 1500 },
      0,
      { state: 'waiting', delayMs: 1500, failures: 0 },
    ],
    ['an idle close is no failure', { kind: 'idle' }, 2, { state: 'idle', delayMs: 0, failures: 2 }],
    ['another model needs a person', { kind: 'refused', message: 'x' }, 0, { state: 'misconfigured', delayMs: 60_000 }],
    [
      'item faults open the breaker at once',
      { kind: 'faults', message: 'x' },
      0,
      { state: 'broken', failures: BREAKER_FAILURES },
    ],
    [
      'a refused token needs a person',
      { kind: 'status', status: 'UNAUTHENTICATED', details: 'x' },
      0,
      { state: 'misconfigured' },
    ],
    ['a close is for good', { kind: 'closed' }, 0, { state: 'closed' }],
  ] as const)('%s', (_, end, failures, expected) => {
    expect(planAfterEnd(end, failures, 0)).toMatchObject(expected);
  });
});

describe('one sentence for each end', () => {
  const rows: readonly (readonly [StreamEnd, string])[] = [
    [{ kind: 'status', status: 'OK', details: '' }, 'the encoder ended the stream'],
    [{ kind: 'status', status: 'UNAVAILABLE', details: 'no route' }, 'UNAVAILABLE: no route'],
    [{ kind: 'open_timeout' }, 'the encoder did not accept a stream in time'],
    [{ kind: 'silent' }, 'the encoder fell silent for three heartbeats'],
    [{ kind: 'stuck' }, 'the encoder did not answer a cancelled item'],
    [{ kind: 'starved' }, 'the encoder kept its window shut'],
    [{ kind: 'protocol', message: 'another model' }, 'another model'],
    [{ kind: 'drained', retryDelayMs: 5 }, 'the encoder is shutting down'],
    [{ kind: 'idle' }, 'the stream was closed here (idle)'],
    [{ kind: 'restart' }, 'the stream was closed here (restart)'],
    [{ kind: 'closed' }, 'the stream was closed here (closed)'],
  ];
  test.each(rows)('%o', (end, sentence) => {
    expect(describeEnd(end)).toBe(sentence);
  });

  test('what waits or is broken says why', () => {
    expect(planAfterEnd({ kind: 'silent' }, 0, 0)).toMatchObject({
      state: 'waiting',
      reason: describeEnd({ kind: 'silent' }),
    });
    expect(planAfterEnd({ kind: 'silent' }, BREAKER_FAILURES, 0)).toMatchObject({ state: 'broken' });
    expect(planAfterEnd({ kind: 'drained', retryDelayMs: 5 }, 2, 0)).toEqual({
      state: 'waiting',
      delayMs: 250,
      failures: 2,
      reason: 'the encoder is shutting down',
    });
  });

  test('an encoder that is not ready yet is asked less and less often, and never as if it were broken', () => {
    const end = { kind: 'not_serving', message: 'loading' } as const;
    const plans = [0, 1, 20].map((failures) => planAfterEnd(end, failures, 1));
    expect(plans).toEqual([
      { state: 'waiting', delayMs: 500, failures: 1, reason: 'loading' },
      { state: 'waiting', delayMs: 1_000, failures: 2, reason: 'loading' },
      { state: 'waiting', delayMs: 10_000, failures: 21, reason: 'loading' },
    ]);
  });
});
