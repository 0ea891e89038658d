import type { EncodeOutcome, ImageToEncode } from '@clip-watch/clip-client';
import type { EncodeResult__Output, ImageItem } from '@clip-watch/proto';

/** A picture whose colours depend on its number, with a brighter upper half; equal numbers, equal bytes. */
export function pixels(number: number, side: number): Uint8Array {
  const data = new Uint8Array(side * side * 3);
  for (let i = 0; i < data.length; i++) {
    const base = (number * (41 + (i % 3) * 29)) % 200;
    data[i] = i < data.length / 2 ? base + 55 : base;
  }
  return data;
}

export const contentHash = (number: number): string => number.toString(16).padStart(64, '0');

export function imageToEncode(number: number, side: number): ImageToEncode {
  return {
    imageId: number,
    ref: { contentHash: contentHash(number), libraryId: '1', relPath: `${number}.jpg` },
    payload: { kind: 'rgb', width: side, height: side, data: pixels(number, side) },
  };
}

export function wireItem(number: number, side: number): ImageItem {
  const data = Buffer.from(pixels(number, side));
  return { request_id: number, ref: { content_hash: contentHash(number) }, rgb: { width: side, height: side, data } };
}

export async function collect(outcomes: AsyncIterable<EncodeOutcome>): Promise<EncodeOutcome[]> {
  const all: EncodeOutcome[] = [];
  for await (const outcome of outcomes) all.push(outcome);
  return all;
}

export function vectorOf(result: EncodeResult__Output | null | undefined): Float32Array {
  const bytes = result?.embedding?.values_f32le;
  if (!bytes) throw new Error(`no embedding: ${JSON.stringify(result?.error)}`);
  return new Float32Array(new Uint8Array(bytes).buffer);
}

export function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
