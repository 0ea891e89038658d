import { expect, test } from 'vitest';
import { groupByYear, lastDayOf, monthsOf } from './years.js';

test('months stand under their years, newest first as they came', () => {
  const years = groupByYear(['2024-03', '2024-01', '1999-12']);
  expect(years.map(({ year, months }) => [year, [...months]])).toEqual([
    ['2024', ['2024-03', '2024-01']],
    ['1999', ['1999-12']],
  ]);
  expect(monthsOf('1999')).toHaveLength(12);
  expect(monthsOf('1999').at(-1)).toBe('1999-12');
});

test.each([
  ['2024-02', '2024-02-29'],
  ['1900-02', '1900-02-28'],
  ['2023-12', '2023-12-31'],
])('%s ends on %s', (month, day) => expect(lastDayOf(month)).toBe(day));
