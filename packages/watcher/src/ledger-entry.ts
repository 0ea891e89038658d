/** What the drain works on, and what it writes down about it. */
import type { PluginLibrary } from '@clip-watch/plugin-api';
import type { ClipCandidate, ClipFailure, StoredEmbedding } from './clip-backlog.js';

/** A claimed photo on its way. */
export interface WorkItem {
  readonly candidate: ClipCandidate;
  readonly token: string;
  readonly library: PluginLibrary;
  /** It was there when a decoder died, twice: no neighbours this time. */
  readonly alone: boolean;
}

export type LedgerEntry =
  | { readonly kind: 'embedding'; readonly item: WorkItem; readonly row: StoredEmbedding }
  | { readonly kind: 'failure'; readonly item: WorkItem; readonly row: ClipFailure }
  /** Given back untouched: nothing was learnt about the photo. */
  | { readonly kind: 'release'; readonly item: WorkItem }
  /** Given back with one more crash on its account. */
  | { readonly kind: 'crash'; readonly item: WorkItem };
