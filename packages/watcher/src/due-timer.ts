import type { ClipBacklog } from './clip-backlog.js';
import type { LibraryPauses } from './library-pauses.js';

/** A clock that jumps, or a change that nobody told of, costs no more than this. */
const LONGEST_MS = 15 * 60_000;
const SHORTEST_MS = 1_000;

/** Epoch ms when a row of an online library falls due or a pause ends; undefined when nothing waits. */
export async function nextDueTime(
  backlog: Pick<ClipBacklog, 'listLibraries' | 'nextDueAt'>,
  pauses: Pick<LibraryPauses, 'nextResume'>,
): Promise<number | undefined> {
  const times: number[] = [];
  for (const { id, state } of await backlog.listLibraries()) {
    const dueAt = state === 'online' ? await backlog.nextDueAt(id) : null;
    if (dueAt !== null) times.push(dueAt);
  }
  const resumesAt = pauses.nextResume();
  if (resumesAt !== undefined) times.push(resumesAt);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The one timer of an idle drain. Never two at once, and none that keeps a process alive. */
export class DueTimer {
  #timer: NodeJS.Timeout | undefined;

  arm(inMs: number, wake: () => void): void {
    this.clear();
    this.#timer = setTimeout(wake, Math.min(LONGEST_MS, Math.max(SHORTEST_MS, inMs)));
    this.#timer.unref();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
