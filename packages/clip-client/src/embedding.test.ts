import { expect, test } from 'vitest';
import { decodeEmbedding, embeddingFault } from './embedding.js';

test('reads unaligned bytes into a buffer of its own', () => {
  const pool = Buffer.alloc(32, 0xff);
  const bytes = pool.subarray(3, 11);
  bytes.writeFloatLE(0.5, 0);
  bytes.writeFloatLE(-2, 4);
  const embedding = decodeEmbedding(bytes, 2);
  expect(embedding).toEqual(new Float32Array([0.5, -2]));
  expect(embedding.buffer.byteLength).toBe(8);
  pool.fill(0);
  expect(embedding[1]).toBe(-2);
});

test.each([
  [7, 2],
  [0, 2],
  [12, 2],
  [0, 0],
])('refuses %i bytes for %i numbers', (length, dimension) => {
  expect(() => decodeEmbedding(new Uint8Array(length), dimension)).toThrow(RangeError);
});

test.each([
  [[Number.NaN, 1], true, /finite/],
  [[Number.NEGATIVE_INFINITY, 1], false, /finite/],
  [[0, -0], false, /zeros/],
  [[2, 0], true, /norm 2/],
])('%j is no embedding', (values, normalized, fault) => {
  expect(embeddingFault(new Float32Array(values), normalized)).toMatch(fault);
});

test('the largest float32 numbers are finite all the same', () => {
  expect(embeddingFault(new Float32Array([3.4e38, 3.4e38]), false)).toBeUndefined();
});
