import type { ClipModel } from '@clip-watch/clip-client';
import type { BacklogLibrary } from '../clip-backlog.js';
import type { ResolvedDrainOptions } from '../drain-options.js';
import type { DrainDeps } from '../drain-types.js';
import type { DrainMemory } from '../memory/drain-memory.js';

/** Everything that one pass works with. */
export interface PassRun {
  readonly deps: DrainDeps;
  readonly options: ResolvedDrainOptions;
  readonly memory: DrainMemory;
  readonly model: ClipModel;
  readonly lane: 'fresh-and-due' | 'retries';
  /** Ids of rows that were already retried in this round. */
  readonly retried: Set<number>;
  /** The libraries to work on, in turns. */
  readonly libraries: readonly BacklogLibrary[];
  /** When aborted: take no new photos, and let those in progress finish. */
  readonly soft: AbortSignal;
  /** When aborted: drop whatever is in progress. */
  readonly hard: AbortSignal;
}
