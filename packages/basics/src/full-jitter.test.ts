import { expect, test } from 'vitest';
import { fullJitterMs } from './full-jitter.js';

test.each([
  [0, 0],
  [0.5, 500],
  [0.999_999, 1_000],
])('random %d of 1,000 ms is %d', (random, expected) => {
  expect(fullJitterMs(1_000, () => random)).toBe(expected);
});
