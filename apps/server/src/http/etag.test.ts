import { expect, test } from 'vitest';
import { isKnownTag, mayTakeRange } from './etag.js';

test.each([
  [undefined, '"a"', false],
  ['"a"', '"a"', true],
  ['"b"', '"a"', false],
  ['"b", "a"', '"a"', true],
  ['W/"a"', '"a"', true],
  ['"a"', 'W/"a"', true],
  [' * ', '"a"', true],
  ['', '"a"', false],
])('If-None-Match %s knows %s: %s', (header, etag, isKnown) => {
  expect(isKnownTag(header, etag)).toBe(isKnown);
});

test.each([
  [undefined, '"a"', true],
  ['"a"', '"a"', true],
  ['"b"', '"a"', false],
  ['W/"a"', 'W/"a"', false],
  ['Sat, 28 Nov 2026 14:00:00 GMT', '"a"', false],
])('If-Range %s goes on in %s: %s', (header, etag, may) => {
  expect(mayTakeRange(header, etag)).toBe(may);
});
