// Unit vectors from a seed: both processes of search-million make the same ones without sending them.
import type { IndexedEmbedding } from '@clip-watch/db';

export const DIMENSION: number = 512;
export const MODEL: string = 'bench-model';

/** The vector of one number, 1 and up; the same at each call. */
export function vectorOf(id: number): Float32Array {
  const vector = new Float32Array(DIMENSION);
  let state = Math.imul(id, 2_654_435_761) | 1;
  let squares = 0;
  for (let i = 0; i < DIMENSION; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    vector[i] = state / 2 ** 31;
    squares += vector[i]! ** 2;
  }
  const norm = Math.sqrt(squares);
  for (let i = 0; i < DIMENSION; i++) vector[i]! /= norm;
  return vector;
}

/** Queries lie between the numbers of photos, so that none equals a photo. */
export function queryOf(number: number): Float32Array {
  return vectorOf(1_000_000_007 + number);
}

const BATCH = 1_000;

/** As the table gives them: in batches, by id. Every second photo lies in library 2. */
export async function* embeddings(rows: number): AsyncGenerator<readonly IndexedEmbedding[]> {
  for (let first = 1; first <= rows; first += BATCH) {
    const length = Math.min(BATCH, rows - first + 1);
    yield Array.from({ length }, (_, index) => toRow(first + index));
    // The real ones wait for the database: the worker takes up a batch meanwhile.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function toRow(id: number): IndexedEmbedding {
  return {
    id,
    libraryId: (id % 2) + 1,
    sortTime: id,
    camera: id % 3 === 0 ? 'Canon R5' : null,
    embedding: vectorOf(id),
  };
}
