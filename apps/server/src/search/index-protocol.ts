import type { IndexRows, RankedRows, SearchFilter } from './segment-store.js';

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
    };

export type FromIndex =
  | { readonly kind: 'found'; readonly id: number; readonly ranked: RankedRows }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
  | { readonly kind: 'size'; readonly size: number };
