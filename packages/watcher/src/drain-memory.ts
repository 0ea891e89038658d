import type { ResolvedDrainOptions } from './drain-options.js';
import { DrainProgress } from './drain-progress.js';
import { PermanentStreakGuard } from './failure-streak.js';
import { LibraryPauses } from './library-pauses.js';
import { OutageCounts } from './outage-counts.js';

/** What a drain remembers from pass to pass. Everything here may be lost with the process: the ledger is the truth. */
export interface DrainMemory {
  readonly outages: OutageCounts;
  readonly guard: PermanentStreakGuard;
  readonly pauses: LibraryPauses;
  readonly progress: DrainProgress;
  /** Digests of our own faults that were logged already. */
  readonly bugs: Set<string>;
  /** Claims of programs that are over have been freed, and failures of another decoder given back. */
  isSetUp: boolean;
  hasMetEncoder: boolean;
  /** Libraries whose scan found work since a pass looked last. */
  readonly woken: Set<number>;
  readonly changedListeners: Set<(libraryId: number, relPath: string) => void>;
}

export function createDrainMemory(options: Pick<ResolvedDrainOptions, 'now' | 'random'>): DrainMemory {
  return {
    outages: new OutageCounts(),
    guard: new PermanentStreakGuard(),
    pauses: new LibraryPauses(options),
    progress: new DrainProgress(options.now),
    bugs: new Set(),
    isSetUp: false,
    hasMetEncoder: false,
    woken: new Set(),
    changedListeners: new Set(),
  };
}
