import { expect, test } from 'vitest';
import { formatQuietHours, parseQuietHours } from './quiet-hours.js';

test.each([
  ['22:00-07:00', { from: '22:00', to: '07:00' }],
  [null, null],
  ['', null],
  ['late', null],
])('reads %s', (text, hours) => expect(parseQuietHours(text)).toEqual(hours));

test('half a span is none', () => {
  expect(formatQuietHours({ from: '22:00', to: '' })).toBeNull();
  expect(formatQuietHours({ from: '22:00', to: '07:00' })).toBe('22:00-07:00');
});
