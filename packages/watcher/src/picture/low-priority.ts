/** Lets everything else on the machine go first. */
import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * Sets the priority of all threads of this process, and so of those that they start. Linux keeps one a thread: set for
 * the process alone it would miss the threads that Node had started before, and the decoders are started from those.
 */
export function lowerPriority(nice: number): void {
  setPriority(nice);
  for (const thread of threadIds()) setPriority(thread, nice);
}

function threadIds(): number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return []; // no Linux: one priority for the whole process
  }
}
