import { expect, test } from 'vitest';
import { isMostGone } from './missing-brake.js';

test.each<[string, number, number, number, boolean]>([
  ['all of a small library', 20, 20, 0, false],
  ['all of one that is not small', 21, 21, 0, true],
  ['more than half of one that is not small', 11, 21, 0, true],
  ['less than half', 10, 21, 0, false],
  ['exactly half', 11, 22, 0, false],
  ['one more than half', 12, 22, 0, true],
  ['a thousand of many', 1_000, 100_000, 0, false],
  ['more than a thousand of many', 1_001, 100_000, 0, true],
  ['nothing', 0, 100_000, 0, false],
  ['what was confirmed', 5_000, 6_000, 5_000, false],
  ['a little more than was confirmed', 5_400, 6_000, 5_000, false],
  ['half of the rest more than was confirmed', 5_500, 6_000, 5_000, false],
  ['most of the rest more than was confirmed', 5_501, 6_000, 5_000, true],
  ['a thousand more than were confirmed', 6_000, 100_000, 5_000, false],
  ['over a thousand more than were confirmed', 6_001, 100_000, 5_000, true],
  ['all of a small rest', 5_020, 5_020, 5_000, false],
  ['all of a rest that is not small', 5_021, 5_021, 5_000, true],
  ['less than was confirmed', 30, 40, 35, false],
])('%s: %i of %i, %i confirmed: %s', (_name, gone, known, confirmed, expected) => {
  expect(isMostGone({ gone, known }, confirmed)).toBe(expected);
});

test('nothing is confirmed unless it is said', () => {
  expect(isMostGone({ gone: 21, known: 21 })).toBe(true);
});
