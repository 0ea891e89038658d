import { expect, test } from 'vitest';
import { restartPauseMs } from './restart-pause.js';

const limits = (random: number) => ({ baseMs: 500, capMs: 30_000, random: () => random });

test.each([
  [0, 0, 0],
  [0, 1, 500],
  [1, 1, 1000],
  [4, 0.5, 4000],
  [50, 1, 30_000],
])('after %d failures, with %d thrown, %d ms', (failures, random, expected) => {
  expect(restartPauseMs(failures, limits(random))).toBe(expected);
});
