import { expect, test } from 'vitest';
import { newBusyLimit, noteGood, noteRefusal } from './busy-limit.js';

test('without an overload there is no limit, however many are good', () => {
  const limit = newBusyLimit();
  for (let i = 0; i < 1000; i++) noteGood(limit);
  expect(limit.size).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  [16, 8],
  [5, 2],
  [1, 1],
])('an overload with %i in flight leaves %i', (inFlight, size) => {
  const limit = newBusyLimit();
  expect(noteRefusal(limit, inFlight)).toBe(true);
  expect(limit.size).toBe(size);
});

test('a burst of refusals is one overload, the next one cuts again', () => {
  const limit = newBusyLimit();
  expect(Array.from({ length: 16 }, (_, i) => noteRefusal(limit, 16 - i))).toEqual([
    true,
    ...new Array(15).fill(false),
  ]);
  expect(limit.size).toBe(8);
  expect(noteRefusal(limit, 8)).toBe(true);
  expect(limit.size).toBe(4);
});

test('good answers use up the burst too', () => {
  const limit = newBusyLimit();
  noteRefusal(limit, 4);
  for (let i = 0; i < 3; i++) noteGood(limit);
  expect(noteRefusal(limit, 2)).toBe(true);
});

test('grows by one place for four windows of good answers', () => {
  const limit = newBusyLimit();
  noteRefusal(limit, 8);
  for (let i = 0; i < 4 * 4; i++) noteGood(limit);
  expect(limit.size).toBe(5);
  for (let i = 1; i < 4 * 5; i++) noteGood(limit);
  expect(limit.size).toBe(5);
  noteGood(limit);
  expect(limit.size).toBe(6);
});
