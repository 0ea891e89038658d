import { expect, test } from 'vitest';
import { ArrivalPace } from './arrival-pace.js';

function paceOf(gaps: readonly number[]): { readonly pace: ArrivalPace; readonly now: number } {
  const pace = new ArrivalPace();
  let now = 1_000;
  pace.note(now);
  for (const gap of gaps) {
    now += gap;
    pace.note(now);
  }
  return { pace, now };
}
const patienceAfter = (gaps: readonly number[]): number => {
  const { pace, now } = paceOf(gaps);
  return pace.patienceMs(now);
};
const steady = (gap: number): number[] => Array.from({ length: 60 }, () => gap);

test('nothing is waited for before the first input, and little after it', () => {
  expect(new ArrivalPace().patienceMs(0)).toBe(0);
  expect(patienceAfter([])).toBe(5);
});

test('a steady pace earns a little more than one gap', () => {
  const patience = patienceAfter(steady(40));
  expect(patience).toBeGreaterThan(40);
  expect(patience).toBeLessThan(60);
});

test('bursts earn patience for the pause between them', () => {
  const bursts = Array.from({ length: 30 }, () => [0, 0, 0, 160]).flat();
  expect(patienceAfter([...bursts, 0])).toBeGreaterThan(160);
});

test('patience runs out', () => {
  const { pace, now } = paceOf(steady(40));
  expect(pace.patienceMs(now + 100)).toBeLessThan(0);
});

test('a night without photos does not slow down the morning', () => {
  expect(patienceAfter([...steady(40), 8 * 3_600_000])).toBeLessThan(60);
});
