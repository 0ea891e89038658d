import { exactNearest, type Near } from './exact-nearest.js';
import type { ScoreSpread } from './relevance-floor.js';

/** Which rows a search may look at. Absent: all. */
export interface SearchFilter {
  /** Photos of this library only. */
  readonly libraryId?: number;
  readonly camera?: string;
  /** Epoch ms, inclusive. */
  readonly takenAfter?: number;
  readonly takenBefore?: number;
}

/** Rows in columns, so that a batch crosses to the worker without a copy. */
export interface IndexRows {
  readonly ids: Uint32Array;
  readonly libraryIds: Uint32Array;
  readonly sortTimes: Float64Array;
  readonly cameras: readonly (string | null)[];
  /** `ids.length * dimension` numbers, each row of norm 1. */
  readonly vectors: Float32Array;
}

/** Rows in the order of their similarity. */
export interface RankedRows {
  /** Ids of photos, the most similar first. */
  readonly ids: Uint32Array;
  /** Cosine similarity. */
  readonly scores: Float32Array;
  /** Rows that the filter let through. */
  readonly considered: number;
  /** Over all rows, whatever the filter. */
  readonly spread: ScoreSpread;
}

interface Segment {
  readonly ids: Uint32Array;
  readonly libraryIds: Uint32Array;
  readonly sortTimes: Float64Array;
  readonly cameras: Uint32Array;
  readonly vectors: Float32Array;
  length: number;
}

interface Candidate {
  readonly score: number;
  readonly sortTime: number;
  readonly id: number;
}

// 64 MB of 512-wide vectors: one growing array would need twice its memory for each growth.
const ROWS_PER_SEGMENT = 32_768;
// To gather so many of a segment's rows takes as long as to search all of it and drop the others.
const DENSE_SHARE = 1 / 8;
// The rows of a library or a year lie almost evenly among the best ones; where they do not, they are gathered.
const SPARE_DEPTH = 1.25;
// Few rows are gathered here, and the same kernel runs over them: equal vectors get equal scores.
const ROWS_PER_GATHER = 4_096;
const NO_CAMERA = 0;
// Enough for an average; two milliseconds of plain JavaScript.
const SAMPLED_ROWS = 2_048;

/** Exact nearest neighbours over float32 vectors in segments. Deleting moves the last row into the gap. */
export class SegmentStore {
  readonly dimension: number;
  readonly #segments: Segment[] = [];
  readonly #places = new Map<number, number>();
  readonly #cameraNumbers = new Map<string, number>();
  readonly #rowsPerSegment: number;
  #gather: Float32Array | undefined;

  constructor(dimension: number, rowsPerSegment: number = ROWS_PER_SEGMENT) {
    this.dimension = dimension;
    this.#rowsPerSegment = rowsPerSegment;
  }

  get size(): number {
    return this.#places.size;
  }

  /** Adds rows, or replaces those whose id is here already. */
  put(rows: IndexRows): void {
    for (let row = 0; row < rows.ids.length; row++) {
      const id = rows.ids[row]!;
      let place = this.#places.get(id);
      if (place === undefined) {
        place = this.#places.size;
        this.#places.set(id, place);
      }
      this.#write(place, rows, row);
    }
  }

  remove(ids: Iterable<number>): void {
    for (const id of ids) {
      const place = this.#places.get(id);
      if (place === undefined) continue;
      this.#places.delete(id);
      this.#moveLastTo(place);
    }
  }

  /**
   * The best `count` rows: highest score first; of equal scores the newest, then the lowest id.
   * @param isEnding asked before each segment, which takes some 20 ms; true gives the search up
   * @throws Error when it was given up
   */
  search(
    query: Float32Array,
    count: number,
    filter: SearchFilter = {},
    isEnding: () => boolean = () => false,
  ): RankedRows {
    const best: Candidate[] = [];
    let considered = 0;
    const isFiltered = Object.keys(filter).length > 0;
    for (const segment of this.#segments) {
      if (segment.length === 0) continue;
      if (isEnding()) throw new Error('the search was given up');
      considered += isFiltered
        ? this.#searchMatching(segment, query, count, filter, best)
        : this.#searchAll(segment, query, count, best);
    }
    best.sort(byRank);
    const top = best.slice(0, count);
    return {
      ids: Uint32Array.from(top, ({ id }) => id),
      scores: Float32Array.from(top, ({ score }) => score),
      considered,
      spread: this.#spreadOf(query),
    };
  }

  /** Every so-manieth row: they lie in the order of their encoding, which has nothing to do with a query. */
  #spreadOf(query: Float32Array): ScoreSpread {
    const rows = this.size;
    const step = Math.max(1, Math.ceil(rows / SAMPLED_ROWS));
    let [count, sum, squares] = [0, 0, 0];
    for (let place = 0; place < rows; place += step) {
      const score = this.#scoreAt(place, query);
      count++;
      sum += score;
      squares += score * score;
    }
    if (count === 0) return { rows, mean: 0, deviation: 0 };
    const mean = sum / count;
    return { rows, mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
  }

  #scoreAt(place: number, query: Float32Array): number {
    const { vectors } = this.#segmentOf(place);
    const start = (place % this.#rowsPerSegment) * this.dimension;
    let score = 0;
    for (let i = 0; i < this.dimension; i++) score += vectors[start + i]! * query[i]!;
    return score;
  }

  #write(place: number, rows: IndexRows, row: number): void {
    const segment = this.#segmentOf(place);
    const at = place % this.#rowsPerSegment;
    segment.length = Math.max(segment.length, at + 1);
    segment.ids[at] = rows.ids[row]!;
    segment.libraryIds[at] = rows.libraryIds[row]!;
    segment.sortTimes[at] = rows.sortTimes[row]!;
    segment.cameras[at] = this.#cameraNumber(rows.cameras[row] ?? null);
    segment.vectors.set(rows.vectors.subarray(row * this.dimension, (row + 1) * this.dimension), at * this.dimension);
  }

  #segmentOf(place: number): Segment {
    const index = Math.floor(place / this.#rowsPerSegment);
    const length = this.#rowsPerSegment;
    this.#segments[index] ??= {
      ids: new Uint32Array(length),
      libraryIds: new Uint32Array(length),
      sortTimes: new Float64Array(length),
      cameras: new Uint32Array(length),
      vectors: new Float32Array(length * this.dimension),
      length: 0,
    };
    return this.#segments[index];
  }

  #cameraNumber(camera: string | null): number {
    if (camera === null) return NO_CAMERA;
    const known = this.#cameraNumbers.get(camera);
    if (known !== undefined) return known;
    const number = this.#cameraNumbers.size + 1;
    this.#cameraNumbers.set(camera, number);
    return number;
  }

  #moveLastTo(place: number): void {
    const lastPlace = this.#places.size;
    const from = this.#segmentOf(lastPlace);
    const at = lastPlace % this.#rowsPerSegment;
    from.length = at;
    if (place !== lastPlace) this.#copyRow(from, at, place);
    if (at === 0) this.#segments.pop();
  }

  #copyRow(from: Segment, at: number, place: number): void {
    const to = this.#segmentOf(place);
    const target = place % this.#rowsPerSegment;
    to.ids[target] = from.ids[at]!;
    to.libraryIds[target] = from.libraryIds[at]!;
    to.sortTimes[target] = from.sortTimes[at]!;
    to.cameras[target] = from.cameras[at]!;
    to.vectors.set(from.vectors.subarray(at * this.dimension, (at + 1) * this.dimension), target * this.dimension);
    this.#places.set(to.ids[target]!, place);
  }

  #searchAll(segment: Segment, query: Float32Array, count: number, best: Candidate[]): number {
    for (const { index, score } of exactNearest(segment, query, count)) best.push(candidateOf(segment, index, score));
    return segment.length;
  }

  #searchMatching(
    segment: Segment,
    query: Float32Array,
    count: number,
    filter: SearchFilter,
    best: Candidate[],
  ): number {
    const rows = this.#matchingRows(segment, filter);
    const isDense = rows.length >= segment.length * DENSE_SHARE;
    const found =
      (isDense && nearestInWhole(segment, rows, query, count)) || this.#nearestGathered(segment, rows, query, count);
    for (const { index, score } of found) best.push(candidateOf(segment, index, score));
    return rows.length;
  }

  #nearestGathered(segment: Segment, rows: readonly number[], query: Float32Array, count: number): readonly Near[] {
    this.#gather ??= new Float32Array(ROWS_PER_GATHER * this.dimension);
    const vectors = this.#gather;
    const found: Near[] = [];
    for (let start = 0; start < rows.length; start += ROWS_PER_GATHER) {
      const part = rows.slice(start, start + ROWS_PER_GATHER);
      for (const [index, row] of part.entries()) vectors.set(this.#vectorAt(segment, row), index * this.dimension);
      for (const { index, score } of exactNearest({ vectors, length: part.length }, query, count))
        found.push({ index: part[index]!, score });
    }
    return found;
  }

  #vectorAt(segment: Segment, row: number): Float32Array {
    return segment.vectors.subarray(row * this.dimension, (row + 1) * this.dimension);
  }

  #matchingRows(segment: Segment, filter: SearchFilter): number[] {
    const camera = filter.camera === undefined ? undefined : (this.#cameraNumbers.get(filter.camera) ?? -1);
    const rows: number[] = [];
    for (let row = 0; row < segment.length; row++) {
      if (filter.libraryId !== undefined && segment.libraryIds[row] !== filter.libraryId) continue;
      if (camera !== undefined && segment.cameras[row] !== camera) continue;
      if (filter.takenAfter !== undefined && segment.sortTimes[row]! < filter.takenAfter) continue;
      if (filter.takenBefore !== undefined && segment.sortTimes[row]! > filter.takenBefore) continue;
      rows.push(row);
    }
    return rows;
  }
}

/**
 * The whole segment, as deep as to find `count` of these rows if they are spread evenly.
 * @returns undefined when they are not, so that some may lie deeper
 */
function nearestInWhole(
  segment: Segment,
  rows: readonly number[],
  query: Float32Array,
  count: number,
): readonly Near[] | undefined {
  const depth = Math.ceil((count * SPARE_DEPTH * segment.length) / rows.length);
  const wanted = new Uint8Array(segment.length);
  for (const row of rows) wanted[row] = 1;
  const found = exactNearest(segment, query, depth).filter(({ index }) => wanted[index] === 1);
  return found.length >= Math.min(count, rows.length) ? found : undefined;
}

function candidateOf({ sortTimes, ids }: Segment, row: number, score: number): Candidate {
  return { score, sortTime: sortTimes[row]!, id: ids[row]! };
}

function byRank(left: Candidate, right: Candidate): number {
  return right.score - left.score || right.sortTime - left.sortTime || left.id - right.id;
}
