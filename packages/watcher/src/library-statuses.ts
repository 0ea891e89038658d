import type { DrainMemory } from './drain-memory.js';
import type { LibraryDrainStatus } from './drain-types.js';

/** Every library that this drain met, as people see it. */
export function libraryStatuses(memory: DrainMemory, isDraining: boolean): readonly LibraryDrainStatus[] {
  return memory.progress.libraryIds().map((libraryId) => {
    const counts = { libraryId, ...memory.progress.of(libraryId) };
    const pause = memory.pauses.current(libraryId);
    if (pause !== undefined) return { ...counts, state: 'paused', reason: pause.reason, resumesAt: pause.resumesAt };
    return { ...counts, state: isDraining ? 'draining' : 'idle' };
  });
}
