import type { ClipModel } from '@clip-watch/clip-client';
import type { BacklogLibrary } from './clip-backlog.js';
import type { DrainMemory } from './drain-memory.js';
import type { ResolvedDrainOptions } from './drain-options.js';
import type { DrainDeps } from './drain-types.js';

/** Everything that one pass works with. */
export interface PassRun {
  readonly deps: DrainDeps;
  readonly options: ResolvedDrainOptions;
  readonly memory: DrainMemory;
  readonly model: ClipModel;
  readonly lane: 'fresh-and-due' | 'retries';
  /** Rows that had their retry in this round, by id. */
  readonly retried: Set<number>;
  /** The libraries to work on, in turns. */
  readonly libraries: readonly BacklogLibrary[];
  /** Aborted: take no new photos, let those under way end. */
  readonly soft: AbortSignal;
  /** Aborted: drop what is under way. */
  readonly hard: AbortSignal;
}
