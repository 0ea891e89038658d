import { describe, expect, test } from 'vitest';
import * as format from './format.js';

describe('format', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_234, '1.2 kB'],
    [3_400_000, '3.4 MB'],
    [250_000_000, '250 MB'],
    [1_500_000_000_000, '1.5 TB'],
  ])('%i bytes read %s', (bytes, text) => expect(format.formatBytes(bytes)).toBe(text));

  test.each([
    [0, '0 %'],
    [0.0001, '1 %'],
    [0.5, '50 %'],
    [0.9999, '99 %'],
    [1, '100 %'],
  ])('a share of %f reads %s', (share, text) => expect(format.formatShare(share)).toBe(text));

  test.each([
    [5, 'under a minute'],
    [95, '2 min'],
    [3_599, '1 h'],
    [5_400, '1 h 30 min'],
    [7_150, '1 h 55 min'],
    [40_000, '11 h'],
    [200_000, '2 days'],
  ])('%i seconds read %s', (seconds, text) => expect(format.formatDuration(seconds)).toBe(text));

  test.each([
    [{ low: 30, high: 50 }, 'under a minute'],
    [{ low: 600, high: 900 }, '10 to 15 min'],
    [{ low: 30, high: 120 }, 'up to 2 min'],
    [{ low: 100, high: 130 }, 'about 2 min'],
    [{ low: 3_000, high: 5_400 }, '50 min to 1 h 30 min'],
    [{ low: 172_800, high: 345_600 }, '2 to 4 days'],
  ])('%o left reads %s', (eta, text) => expect(format.formatEta(eta)).toBe(text));

  test.each([
    [1 / 250, '1/250 s'],
    [0.3, '1/3 s'],
    [0.5, '0.5 s'],
    [2, '2 s'],
  ])('an exposure of %f reads %s', (seconds, text) => expect(format.formatExposure(seconds)).toBe(text));

  test('days and months are written out', () => {
    expect(format.formatDay('2024-02-29')).toBe('29 February 2024');
    expect(format.formatMonthOnly('2024-09')).toBe('Sep');
  });

  test('a photo shows the wall clock it was taken by, wherever it is looked at', () => {
    const noonInTokyo = Date.UTC(2024, 4, 3, 3);
    expect(format.formatTaken(noonInTokyo, 9 * 60)).toMatch(/Friday,? 3 May 2024.*12:00/);
  });

  test.each([
    [-240_000, '4 minutes ago'],
    [600_000, 'in 10 minutes'],
    [-7_200_000, '2 hours ago'],
    [-86_400_000, 'yesterday'],
    [0, 'now'],
  ])('%i ms from now reads %s', (distance, text) => expect(format.formatMoment(1e12 + distance, 1e12)).toBe(text));
});
