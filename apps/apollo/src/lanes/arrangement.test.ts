import { describe, expect, test } from 'vitest';
import { answersPerSecond, chooseArrangement, listArrangements } from './arrangement.js';

test.each([
  { cores: 1, maxChildren: 9, expected: ['1x1'] },
  { cores: 2, maxChildren: 9, expected: ['2x1', '1x2'] },
  { cores: 3, maxChildren: 9, expected: ['3x1', '1x3'] },
  { cores: 4, maxChildren: 9, expected: ['4x1', '2x2', '1x4'] },
  { cores: 16, maxChildren: 99, expected: ['16x1', '8x2', '4x4', '1x16'] },
  { cores: 16, maxChildren: 3, expected: ['3x4', '1x16'] },
  { cores: 16, maxChildren: 1, expected: ['1x16'] },
  { cores: 2, maxChildren: 0, expected: ['1x2'] },
])('$cores cores and memory for $maxChildren children: $expected', ({ cores, maxChildren, expected }) => {
  const listed = listArrangements(cores, maxChildren, 'cpu');
  expect(listed.map(({ children, threads }) => `${children}x${threads}`)).toEqual(expected);
  for (const { children, threads } of listed) expect(children * threads).toBeLessThanOrEqual(cores);
});

test('a graphics card is fed by one child or two', () => {
  expect(listArrangements(1, 1, 'cuda')).toEqual([
    { children: 1, threads: 1 },
    { children: 2, threads: 1 },
  ]);
});

describe('the choice', () => {
  const measured = (...rates: number[]) => rates.map((perSecond, i) => ({ children: 9 - i, threads: 1, perSecond }));
  test.each([
    { rates: [30], chosen: 0 },
    { rates: [30, 31], chosen: 0 },
    { rates: [30, 33], chosen: 1 },
    { rates: [30, 33, 40], chosen: 2 },
    { rates: [30, 40, 33], chosen: 1 },
    { rates: [0, 1], chosen: 1 },
    { rates: [30, 0, 0], chosen: 0 },
  ])('of $rates images/s is number $chosen', ({ rates, chosen }) => {
    expect(chooseArrangement(measured(...rates))).toEqual(measured(...rates)[chosen]);
  });

  test('needs a measurement', () => expect(() => chooseArrangement([])).toThrow(RangeError));
});

test.each([
  { times: [], expected: 0 },
  { times: [100], expected: 0 },
  { times: [100, 101, 102], expected: 0 },
  { times: [100, 101, 350, 350], expected: 8 },
  { times: [100, 100, 200, 200, 300, 300], expected: 20 },
])('answers at $times ms make $expected a second', ({ times, expected }) => {
  expect(answersPerSecond(times)).toBeCloseTo(expected, 6);
});
