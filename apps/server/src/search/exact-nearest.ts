import { createRequire } from 'node:module';
import type Usearch from 'usearch';

// Its ES module looks for the native part by the call stack, and finds nothing under a test runner or a bundler.
const usearch: typeof Usearch = createRequire(import.meta.url)('usearch');

/** A vector of a block, by its place there. */
export interface Near {
  readonly index: number;
  /** Cosine similarity. */
  readonly score: number;
}

/** The best `count` of the first `length` vectors, all of norm 1, highest score first. */
export function exactNearest(
  { vectors, length }: { readonly vectors: Float32Array; readonly length: number },
  query: Float32Array,
  count: number,
): readonly Near[] {
  if (length === 0) return [];
  const { keys, distances } = usearch.exactSearch(
    vectors.subarray(0, length * query.length),
    query,
    query.length,
    Math.min(count, length), // It refuses to give more neighbours than there are rows.
    usearch.MetricKind.IP,
    1, // One thread: the scan is bound by memory.
  );
  // The inner-product distance is 1 - dot.
  return Array.from(distances, (distance, at) => ({ index: Number(keys[at]), score: 1 - distance }));
}
