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
  const told = `an embedding of ${dimension} numbers has ${dimension * 4} bytes, not ${length}`;
  expect(() => decodeEmbedding(new Uint8Array(length), dimension)).toThrow(new RangeError(told));
});

test('one number is an embedding too', () => {
  expect(decodeEmbedding(Uint8Array.of(0, 0, 128, 63), 1)).toEqual(Float32Array.of(1));
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

test.each([
  ['exactly 1', [0.6, 0.8], true],
  ['within the tolerance above', [1.0009], true],
  ['within the tolerance below', [0.9991], true],
  ['beyond it above', [1.0011], false],
  ['beyond it below', [0.9989], false],
])('a norm of a unit vector that is %s', (_, values, isFine) => {
  expect(embeddingFault(new Float32Array(values), true) === undefined).toBe(isFine);
});

test('a norm is only asked for where the model promises one', () => {
  expect(embeddingFault(new Float32Array([3, 4]), false)).toBeUndefined();
  expect(embeddingFault(new Float32Array([3, 4]), true)).toBe('the embedding has norm 5.00000, not 1');
});
