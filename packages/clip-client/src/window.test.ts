import { expect, test } from 'vitest';
import { windowSize } from './window.js';

test.each([
  [{ concurrency: 4, granted: 16, flow: undefined, isProbing: false }, 4],
  [{ concurrency: 32, granted: 16, flow: undefined, isProbing: false }, 16],
  [{ concurrency: 32, granted: 16, flow: 2, isProbing: false }, 2],
  [{ concurrency: 32, granted: 16, flow: 64, isProbing: false }, 16],
  [{ concurrency: 4, granted: 16, flow: 0, isProbing: false }, 0],
  [{ concurrency: 4, granted: 16, flow: undefined, isProbing: true }, 1],
  [{ concurrency: 4, granted: 16, flow: 0, isProbing: true }, 0],
])('%j: %i', (limits, size) => {
  expect(windowSize(limits)).toBe(size);
});
