import { setTimeout as sleep } from 'node:timers/promises';
import type { ClipBacklog } from '../clip-backlog.js';
import type { LibraryPauses } from '../memory/library-pauses.js';

/** The most that a jump of the clock, or a change nobody announced, can cost. */
const LONGEST_MS = 15 * 60_000;
const SHORTEST_MS = 1_000;

/** When the next row of an online library falls due or a pause ends, in epoch ms; undefined when nothing is waiting. */
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

/** The only timer of an idle drain. It never keeps the process alive. */
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

/** A pause that can be cut short, even before it begins: the drain shows why it waits a moment before it does. */
export class Nap {
  #sleeper: AbortController | undefined;
  #isCancelled = false;

  /** Forgets that the last pause was cut short. */
  reset(): void {
    this.#isCancelled = false;
  }

  async take(delayMs: number): Promise<void> {
    if (this.#isCancelled) return;
    this.#sleeper = new AbortController();
    // `ref: false`: a drain that only waits keeps no process alive.
    await sleep(delayMs, undefined, { signal: this.#sleeper.signal, ref: false }).catch(() => {});
    this.#sleeper = undefined;
  }

  cutShort(): void {
    this.#isCancelled = true;
    this.#sleeper?.abort();
  }
}
