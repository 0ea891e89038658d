import { expect, test } from 'vitest';
import { windowSize } from './window.js';

test.each([
  [{ concurrency: 4, granted: 16, flow: undefined, busy: Infinity, isProbing: false }, 4],
  [{ concurrency: 32, granted: 16, flow: undefined, busy: Infinity, isProbing: false }, 16],
  [{ concurrency: 32, granted: 16, flow: 2, busy: Infinity, isProbing: false }, 2],
  [{ concurrency: 32, granted: 16, flow: 64, busy: Infinity, isProbing: false }, 16],
  [{ concurrency: 4, granted: 16, flow: 0, busy: Infinity, isProbing: false }, 0],
  [{ concurrency: 4, granted: 16, flow: undefined, busy: Infinity, isProbing: true }, 1],
  [{ concurrency: 4, granted: 16, flow: 0, busy: Infinity, isProbing: true }, 0],
  [{ concurrency: 16, granted: 16, flow: undefined, busy: 3, isProbing: false }, 3],
  [{ concurrency: 2, granted: 16, flow: undefined, busy: 3, isProbing: false }, 2],
])('%j: %i', (limits, size) => {
  expect(windowSize(limits)).toBe(size);
});
