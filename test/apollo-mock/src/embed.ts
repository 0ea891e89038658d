import { createHash } from 'node:crypto';
import type { ImageItem__Output } from '@clip-watch/proto';

/** Cells a side of the grid whose mean colours make the embedding. */
const GRID = 4;
const FEATURES = GRID * GRID * 3;

const COLOURS: Readonly<Record<string, readonly [number, number, number]>> = {
  red: [220, 30, 30],
  green: [30, 180, 30],
  blue: [30, 30, 220],
  yellow: [230, 220, 40],
  white: [250, 250, 250],
  black: [8, 8, 8],
};

const projections = new Map<number, Float32Array>();

/** A fixed random matrix, `dimension` columns a feature: near colours give near embeddings, in any dimension. */
function projection(dimension: number): Float32Array {
  const known = projections.get(dimension);
  if (known) return known;
  const matrix = new Float32Array(FEATURES * dimension);
  let state = 0x9e3779b9;
  for (let i = 0; i < matrix.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    matrix[i] = (state >>> 0) / 2 ** 31 - 1;
  }
  projections.set(dimension, matrix);
  return matrix;
}

function unit(values: Float32Array): Float32Array {
  const norm = Math.hypot(...values);
  return norm === 0 ? values.fill(0).fill(1, 0, 1) : values.map((value) => value / norm);
}

function project(features: ArrayLike<number>, dimension: number): Float32Array {
  const matrix = projection(dimension);
  const sum = new Float32Array(dimension);
  for (let i = 0; i < FEATURES; i++) {
    const feature = features[i] ?? 0;
    for (let j = 0; j < dimension; j++) sum[j]! += feature * matrix[i * dimension + j]!;
  }
  return unit(sum);
}

function meanColours(data: Uint8Array, width: number, height: number): Float64Array {
  const sums = new Float64Array(FEATURES);
  const counts = new Float64Array(GRID * GRID);
  // Every fourth pixel both ways is plenty for a mean and keeps the mock cheap under load.
  for (let y = 0; y < height; y += 4)
    for (let x = 0; x < width; x += 4) {
      const cell = Math.floor((y * GRID) / height) * GRID + Math.floor((x * GRID) / width);
      const at = (y * width + x) * 3;
      counts[cell]! += 1;
      for (let c = 0; c < 3; c++) sums[cell * 3 + c]! += data[at + c]!;
    }
  return sums.map((sum, i) => sum / Math.max(1, counts[Math.floor(i / 3)]!) / 127.5 - 1);
}

function digestFeatures(bytes: Uint8Array): number[] {
  const digest = createHash('sha384').update(bytes).digest();
  return Array.from(digest, (byte) => byte / 127.5 - 1);
}

/** @returns a unit vector that depends on the payload's bytes alone */
export function embedItem(item: ImageItem__Output, dimension: number): Float32Array {
  if (item.payload === 'rgb' && item.rgb)
    return project(meanColours(item.rgb.data, item.rgb.width, item.rgb.height), dimension);
  return project(digestFeatures(item.encoded?.data ?? new Uint8Array()), dimension);
}

/** @returns a unit vector; a colour's name lies where a picture of that colour lies */
export function embedText(text: string, dimension: number): Float32Array {
  const word = text
    .toLowerCase()
    .match(/[a-z]+/g)
    ?.find((candidate) => candidate in COLOURS);
  if (word === undefined) return project(digestFeatures(Buffer.from(text)), dimension);
  return project(
    Array.from({ length: FEATURES }, (_, i) => COLOURS[word]![i % 3]! / 127.5 - 1),
    dimension,
  );
}

/** Little-endian whatever this machine is. */
export function toF32le(values: ArrayLike<number>): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i]!, i * 4);
  return bytes;
}
