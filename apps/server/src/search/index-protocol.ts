import type { IndexRows, RankedRows, SearchFilter } from './segment-store.js';

/** What the worker is started with. */
export interface IndexWorkerData {
  /** One 32-bit number: not 0 from the moment that the worker is to end, also in the middle of a search. */
  readonly ending: SharedArrayBuffer;
}

export type ToIndex =
  /** Forgets everything; the next rows have this dimension. */
  | { readonly kind: 'reset'; readonly dimension: number }
  | { readonly kind: 'put'; readonly rows: IndexRows }
  | { readonly kind: 'remove'; readonly ids: readonly number[] }
  | {
      readonly kind: 'search';
      readonly id: number;
      readonly query: Float32Array;
      readonly count: number;
      readonly filter: SearchFilter;
    }
  /** The last message: the worker ends by itself. */
  | { readonly kind: 'end' };

export type FromIndex =
  | { readonly kind: 'found'; readonly id: number; readonly ranked: RankedRows }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
  | { readonly kind: 'size'; readonly size: number };
