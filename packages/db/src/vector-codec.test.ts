import { expect, test } from 'vitest';
import { checkEmbedding, decodeEmbedding, encodeEmbeddings } from './vector-codec.js';

test('embeddings lie one after another as little-endian float32, and come back number by number', () => {
  const [first, second] = [Float32Array.of(1, -0.5), Float32Array.of(0.25, 3)];
  const bytes = encodeEmbeddings([first, second], 2);
  expect(bytes.toString('hex')).toBe(['0000803f', '000000bf', '0000803e', '00004040'].join(''));
  expect(decodeEmbedding(bytes.subarray(0, 8))).toEqual(first);
  expect(decodeEmbedding(bytes.subarray(8))).toEqual(second);
});

test('an embedding that is a view of a longer array is written without its neighbours', () => {
  const view = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
  expect(decodeEmbedding(encodeEmbeddings([view], 2))).toEqual(Float32Array.of(1, 2));
});

test('what was decoded is a copy, whatever the alignment of the bytes', () => {
  const bytes = Buffer.concat([Buffer.of(7), encodeEmbeddings([Float32Array.of(1, 2)], 2)]).subarray(1);
  const embedding = decodeEmbedding(bytes);
  bytes.fill(0);
  expect(embedding).toEqual(Float32Array.of(1, 2));
});

test.each([
  ['a number too few', Float32Array.of(1), 'has 1 numbers where the model has 2'],
  ['a number too many', Float32Array.of(1, 0, 0), 'has 3 numbers where the model has 2'],
  ['NaN', Float32Array.of(0, Number.NaN), 'holds a number that is not finite'],
  ['infinity in the last place', Float32Array.of(1, Number.POSITIVE_INFINITY), 'holds a number that is not finite'],
  ['zeros', Float32Array.of(0, 0), 'is all zeros'],
])('refuses %s and names the image', (_, embedding, what) => {
  expect(() => checkEmbedding(embedding, 2, 7)).toThrow(
    `the embedding of image 7 ${what}; nothing of its batch was stored; check the encoder`,
  );
  expect(() => checkEmbedding(embedding, 2, 7)).toThrow(expect.objectContaining({ code: 'BAD_EMBEDDING' }));
});

test.each([
  ['only the first', Float32Array.of(1, 0)],
  ['only the last', Float32Array.of(0, -1)],
  ['numbers that cancel each other out', Float32Array.of(1, -1)],
])('takes one with %s other than zero', (_, embedding) => {
  expect(() => checkEmbedding(embedding, 2, 7)).not.toThrow();
});
