import { expect, test } from 'vitest';
import { decodeOffset, encodeOffset, SEARCH_DEPTH } from './cursor.js';
import { createQueryVectors, subtractVector } from './query-vectors.js';

test('asks the encoder once for the same words of the same model', async () => {
  const asked: string[] = [];
  const vectors = createQueryVectors({
    async encodeTexts(texts) {
      asked.push(...texts);
      return { modelVersion: 'A', embeddings: texts.map(() => Float32Array.of(1, 0)) };
    },
  });
  await vectors.of('red', null);
  await vectors.of('red', 'A');
  await vectors.of('red', 'B');
  expect(asked).toEqual(['red', 'red']);
});

test('keeps the thousand used last', async () => {
  let calls = 0;
  const vectors = createQueryVectors({
    async encodeTexts(texts) {
      calls++;
      return { modelVersion: 'A', embeddings: texts.map(() => Float32Array.of(1, 0)) };
    },
  });
  for (let index = 0; index < 1_000; index++) await vectors.of(`word ${index}`, 'A');
  await vectors.of('word 0', 'A');
  await vectors.of('one more', 'A');
  await vectors.of('word 0', 'A');
  expect(calls).toBe(1_001);
  await vectors.of('word 1', 'A');
  expect(calls).toBe(1_002);
});

test('words minus words point away from the unwanted, at length 1', () => {
  const mixed = subtractVector(Float32Array.of(0.6, 0.8, 0), Float32Array.of(0, 1, 0));
  expect(Math.hypot(...mixed)).toBeCloseTo(1, 6);
  expect(mixed[1]! / mixed[0]!).toBeLessThan(0.8 / 0.6);
});

test('words minus themselves are still a query', () => {
  const same = Float32Array.of(0.6, 0.8);
  expect(
    subtractVector(
      same,
      same.map((value) => value * 2),
    ),
  ).toEqual(same);
});

test.each([
  [undefined, 0],
  [encodeOffset(40), 40],
  [encodeOffset(SEARCH_DEPTH), SEARCH_DEPTH],
  ['o9999', undefined],
  ['o-1', undefined],
  ['40', undefined],
  ['o1e3', undefined],
])('cursor %s', (cursor, expected) => {
  expect(decodeOffset(cursor)).toBe(expected);
});
