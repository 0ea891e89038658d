import { expect, test } from 'vitest';
import { formatQuietHours, isQuiet } from './quiet-hours.js';

const at = (clock: string): Date => new Date(`2026-03-01T${clock}:00`);
const NIGHT = { fromMinute: 22 * 60, toMinute: 7 * 60 + 30 };
const NOON = { fromMinute: 11 * 60 + 15, toMinute: 13 * 60 };

test.each([
  [NOON, '11:14', false],
  [NOON, '11:15', true],
  [NOON, '12:59', true],
  [NOON, '13:00', false],
  [NIGHT, '21:59', false],
  [NIGHT, '22:00', true],
  [NIGHT, '00:00', true],
  [NIGHT, '07:29', true],
  [NIGHT, '07:30', false],
  [{ fromMinute: 60, toMinute: 60 }, '01:00', false],
])('%o at %s', (hours, clock, expected) => {
  expect(isQuiet(hours, at(clock))).toBe(expected);
});

test('hours are written with two digits each', () => {
  expect(formatQuietHours(NIGHT)).toBe('22:00-07:30');
  expect(formatQuietHours({ fromMinute: 65, toMinute: 600 })).toBe('01:05-10:00');
});
