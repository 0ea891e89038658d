import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LONGEST_BACKOFF_MS, longestDelayMs, nextAttempt } from './backoff.js';
import type { ClipErrorClass } from './clip-backlog.js';

const MINUTE = 60_000;
const CLASSES: readonly ClipErrorClass[] = ['photo', 'environment', 'service', 'bug'];

test.each([
  { errorClass: 'photo', attempts: 0, deferrals: 0, longest: MINUTE },
  { errorClass: 'photo', attempts: 1, deferrals: 9, longest: 10 * MINUTE },
  { errorClass: 'photo', attempts: 2, deferrals: 0, longest: 24 * 60 * MINUTE },
  { errorClass: 'photo', attempts: 7, deferrals: 0, longest: 24 * 60 * MINUTE },
  { errorClass: 'environment', attempts: 0, deferrals: 0, longest: 30_000 },
  { errorClass: 'environment', attempts: 0, deferrals: 3, longest: 4 * MINUTE },
  { errorClass: 'environment', attempts: 2, deferrals: 99, longest: 15 * MINUTE },
  { errorClass: 'service', attempts: 0, deferrals: 1, longest: 2000 },
  { errorClass: 'service', attempts: 0, deferrals: 99, longest: 5 * MINUTE },
  { errorClass: 'bug', attempts: 0, deferrals: 0, longest: MINUTE },
  { errorClass: 'bug', attempts: 0, deferrals: 99, longest: 24 * 60 * MINUTE },
] as const)(
  '$errorClass after $attempts attempts and $deferrals deferrals waits $longest ms at most',
  ({ longest, ...failed }) => {
    expect(longestDelayMs(failed)).toBe(longest);
  },
);

test('the next try is after now, and never further than the longest backoff', () => {
  const holds = fc.property(
    fc.constantFrom(...CLASSES),
    fc.nat(1000),
    fc.nat(1000),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    fc.option(fc.nat(10 * LONGEST_BACKOFF_MS), { nil: 0 }),
    (errorClass, attempts, deferrals, random, retryAfterMs) => {
      const failed = { errorClass, reason: 'r', attempts, deferrals, now: 1000, random: () => random, retryAfterMs };
      const delay = nextAttempt(failed) - 1000;
      expect(delay).toBeGreaterThan(0);
      expect(delay).toBeLessThanOrEqual(LONGEST_BACKOFF_MS);
    },
  );
  fc.assert(holds, { numRuns: 2000 });
});

test('an encoder that asks for a pause gets it', () => {
  const failed = { errorClass: 'service', reason: 'overloaded', attempts: 0, now: 0, random: () => 0 } as const;
  expect(nextAttempt({ ...failed, retryAfterMs: 90_000 })).toBe(90_000);
  expect(nextAttempt(failed)).toBe(1);
});

test.each([
  [0, 1],
  [0.5, 30_000],
  [0.999, 59_940],
])('a random number of %d is that share of the longest wait', (random, expected) => {
  const failed = { errorClass: 'photo', reason: 'timeout', attempts: 0, now: 1_000, random: () => random } as const;
  expect(nextAttempt(failed)).toBe(1_000 + expected);
});
