import type { LibraryDrainStatus } from '../drain-types.js';
import { DrainProgress } from './drain-progress.js';
import { PermanentStreakGuard } from './failure-streak.js';
import { LibraryPauses } from './library-pauses.js';
import { OutageCounts } from './outage-counts.js';

/** What a drain remembers between passes. All of it may be lost with the process: the ledger is the truth. */
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

export function createDrainMemory(clock: { readonly now: () => number; readonly random: () => number }): DrainMemory {
  return {
    outages: new OutageCounts(),
    guard: new PermanentStreakGuard(),
    pauses: new LibraryPauses(clock),
    progress: new DrainProgress(clock.now),
    bugs: new Set(),
    isSetUp: false,
    hasMetEncoder: false,
    woken: new Set(),
    changedListeners: new Set(),
  };
}

/** The status of every library that this drain has worked on. */
export function libraryStatuses(memory: DrainMemory, isDraining: boolean): readonly LibraryDrainStatus[] {
  return memory.progress.libraryIds().map((libraryId) => {
    const counts = { libraryId, ...memory.progress.of(libraryId) };
    const pause = memory.pauses.current(libraryId);
    if (pause !== undefined) return { ...counts, state: 'paused', reason: pause.reason, resumesAt: pause.resumesAt };
    return { ...counts, state: isDraining ? 'draining' : 'idle' };
  });
}
