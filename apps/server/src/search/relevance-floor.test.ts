import { describe, expect, test } from 'vitest';
import { relevanceFloor } from './relevance-floor.js';

describe('relevanceFloor', () => {
  test.each([
    ['a few outliers: half-way from the average to the best', 0.7, { rows: 105, mean: 0.1, deviation: 0.1 }, 0.4],
    ['half of the library fits, the best stands out of nothing', 0.4, { rows: 105, mean: 0.36, deviation: 0.05 }, 0.38],
    ['a model that gives everything 0.2', 0.33, { rows: 100_000, mean: 0.2, deviation: 0.022 }, 0.265],
    ['a model whose scores are small everywhere', 0.13, { rows: 10_000, mean: 0, deviation: 0.025 }, 0.065],
    ['a million photos', 0.3, { rows: 1_000_000, mean: 0.2, deviation: 0.02 }, 0.25],
  ])('%s', (_, best, spread, expected) => {
    expect(relevanceFloor(best, spread, 512)).toBeCloseTo(expected, 6);
  });

  test.each([
    ['no signal at all', 0, { rows: 105, mean: 0, deviation: 0 }],
    ['words that the model does not know', 0.096, { rows: 105, mean: -0.001, deviation: 0.033 }],
  ])('%s: above the best', (_, best, spread) => {
    expect(relevanceFloor(best, spread, 512)).toBeGreaterThan(best);
  });

  test('too few photos: none', () => {
    expect(relevanceFloor(0.5, { rows: 29, mean: 0.1, deviation: 0.1 }, 512)).toBeNull();
  });

  test('a best photo of the filter that is worse than the average of the library is no hit', () => {
    expect(relevanceFloor(0.15, { rows: 105, mean: 0.2, deviation: 0.01 }, 512)).toBeGreaterThan(0.15);
  });
});
