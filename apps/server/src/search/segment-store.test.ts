import { describe, expect, test } from 'vitest';
import { type IndexRows, SegmentStore } from './segment-store.js';

const DIMENSION = 8;

interface Row {
  readonly id: number;
  readonly vector: Float32Array;
  readonly libraryId?: number;
  readonly sortTime?: number;
  readonly camera?: string | null;
}

function rows(list: readonly Row[]): IndexRows {
  const vectors = new Float32Array(list.length * DIMENSION);
  for (const [index, { vector }] of list.entries()) vectors.set(vector, index * DIMENSION);
  return {
    ids: Uint32Array.from(list, ({ id }) => id),
    libraryIds: Uint32Array.from(list, ({ libraryId }) => libraryId ?? 1),
    sortTimes: Float64Array.from(list, ({ sortTime }) => sortTime ?? 0),
    cameras: list.map(({ camera }) => camera ?? null),
    vectors,
  };
}

/** A small generator with a seed: failures can be run again. */
function randomVectors(seed: number): () => Float32Array {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return () => unit(Float32Array.from({ length: DIMENSION }, next));
}

function unit(vector: Float32Array): Float32Array {
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

function dot(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, index) => sum + value * right[index]!, 0);
}

describe('SegmentStore', () => {
  test('ranks like a plain loop, over several segments, after replacing and removing', () => {
    const vector = randomVectors(7);
    const store = new SegmentStore(DIMENSION, 16);
    const plain = new Map<number, Float32Array>();
    const put = (id: number): void => {
      const made = vector();
      plain.set(id, made);
      store.put(rows([{ id, vector: made }]));
    };
    for (let id = 1; id <= 100; id++) put(id);
    for (const id of [3, 50, 100]) put(id);
    const gone = [1, 2, 17, 64, 99, 100, 33];
    store.remove([...gone, 12_345]);
    for (const id of gone) plain.delete(id);
    const query = vector();
    const expected = [...plain].map(([id, row]) => ({ id, score: dot(row, query) })).sort((a, b) => b.score - a.score);
    const found = store.search(query, 20);
    expect([...found.ids]).toEqual(expected.slice(0, 20).map(({ id }) => id));
    for (const [index, score] of found.scores.entries()) expect(score).toBeCloseTo(expected[index]!.score, 5);
    expect([store.size, found.considered]).toEqual([93, 93]);
  });

  test('orders equal scores by time, newest first, then by id', () => {
    const store = new SegmentStore(DIMENSION, 4);
    const vector = randomVectors(1)();
    const times = [5, 9, 5, 1, 9, 5];
    store.put(rows(times.map((sortTime, index) => ({ id: 10 - index, vector, sortTime }))));
    expect([...store.search(vector, 6).ids]).toEqual([6, 9, 5, 8, 10, 7]);
  });

  test.each([
    ['library', { libraryId: 2 }, [2, 4]],
    ['camera', { camera: 'X' }, [3, 4]],
    ['unknown camera', { camera: 'Z' }, []],
    ['after', { takenAfter: 30 }, [3, 4]],
    ['before', { takenBefore: 20 }, [1, 2]],
    ['all of them', { libraryId: 2, camera: 'X', takenAfter: 0, takenBefore: 40 }, [4]],
  ])('filters by %s', (_, filter, expected) => {
    const vector = randomVectors(3);
    const store = new SegmentStore(DIMENSION, 2);
    store.put(
      rows(
        [1, 2, 3, 4].map((id) => ({
          id,
          vector: vector(),
          libraryId: id % 2 === 0 ? 2 : 1,
          sortTime: id * 10,
          camera: id > 2 ? 'X' : 'Y',
        })),
      ),
    );
    const found = store.search(vector(), 10, filter);
    expect([...found.ids].sort()).toEqual(expected);
    expect(found.considered).toBe(expected.length);
  });

  test.each([
    ['few rows', (_: number, id: number) => id % 13 === 0],
    ['half of the rows', (_: number, id: number) => id % 2 === 0],
    ['the better half', (score: number) => score > 0],
    ['the worse half', (score: number) => score < 0],
    ['nearly all, without the best', (score: number) => score < 0.5],
  ])('a search in %s ranks like a plain loop over them', (_, isIn) => {
    const vector = randomVectors(23);
    const query = vector();
    const store = new SegmentStore(DIMENSION, 256);
    const list = Array.from({ length: 1_000 }, (_, index) => {
      const row = { id: index + 1, vector: vector() };
      return { ...row, score: dot(row.vector, query), libraryId: isIn(dot(row.vector, query), row.id) ? 2 : 1 };
    });
    store.put(rows(list));
    const expected = list.filter(({ libraryId }) => libraryId === 2).sort((a, b) => b.score - a.score);
    for (const count of [1, 10, 100]) {
      const found = store.search(query, count, { libraryId: 2 });
      expect([...found.ids]).toEqual(expected.slice(0, count).map(({ id }) => id));
      expect(found.considered).toBe(expected.length);
    }
  });

  test('tells the average and the spread of all scores, whatever the filter', () => {
    const store = new SegmentStore(DIMENSION, 16);
    const vector = randomVectors(11);
    const list = Array.from({ length: 100 }, (_, index) => ({
      id: index + 1,
      vector: vector(),
      libraryId: 1 + (index % 2),
    }));
    store.put(rows(list));
    const query = vector();
    const scores = list.map((row) => dot(row.vector, query));
    const mean = scores.reduce((sum, score) => sum + score, 0) / 100;
    const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / 100);
    const { spread } = store.search(query, 5, { libraryId: 2 });
    expect(spread.rows).toBe(100);
    expect(spread.mean).toBeCloseTo(mean, 6);
    expect(spread.deviation).toBeCloseTo(deviation, 6);
  });

  test('an empty store, and one that was emptied, find nothing', () => {
    const store = new SegmentStore(DIMENSION, 2);
    const vector = randomVectors(5);
    expect(store.search(vector(), 5).ids).toHaveLength(0);
    store.put(rows([1, 2, 3].map((id) => ({ id, vector: vector() }))));
    store.remove([1, 2, 3]);
    expect(store.search(vector(), 5).ids).toHaveLength(0);
  });
});
