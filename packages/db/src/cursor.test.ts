import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.js';

const cursorOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test('a cursor comes back part by part, and can stand in an address', () => {
  const cursor = encodeCursor([1_790_000_000_000, 'Canon?>~ÿ', 7]);
  expect(cursor).toMatch(/^[\w-]+$/);
  expect(decodeCursor(cursor, ['number', 'string', 'number'])).toEqual([1_790_000_000_000, 'Canon?>~ÿ', 7]);
});

test.each([
  ['nothing', ''],
  ['no JSON', Buffer.from('[1').toString('base64url')],
  ['no list', cursorOf({ 0: 1, length: 1 })],
  ['a part too few', cursorOf([])],
  ['a part too many', cursorOf([1, 2])],
  ['a text for a number', cursorOf(['1'])],
  ['null', cursorOf(null)],
])('refuses %s', (_, cursor) => {
  expect(() => decodeCursor(cursor, ['number'])).toThrow(
    expect.objectContaining({ code: 'BAD_CURSOR', message: expect.stringContaining('start again without it') }),
  );
});

test('each part is checked, not only one of them', () => {
  expect(() => decodeCursor(cursorOf([1, 'a']), ['number', 'number'])).toThrow('not one of ours');
  expect(() => decodeCursor(cursorOf(['a', 1]), ['number', 'number'])).toThrow('not one of ours');
});
