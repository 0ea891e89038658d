import { fullJitterMs } from '@clip-watch/basics';
import type { LedgerEntry } from '../ledger-entry.js';
import { reasonRule } from '../reasons.js';
import type { StreakSign } from './failure-streak.js';

/** So many environment failures in a row are a lost mount, not lost photos. */
export const ENVIRONMENT_STREAK = 10;

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 15 * 60_000;

export interface LibraryPause {
  readonly reason: string;
  /** Epoch ms. */
  readonly resumesAt: number;
}

interface LibraryStreak {
  failures: number;
  /** Pauses since a photo could last be read. Each is twice as long as the one before. */
  pauses: number;
  current: LibraryPause | undefined;
}

/** Libraries that are paused because their disk or mount is failing. Pauses end by themselves and say nothing about photos. */
export class LibraryPauses {
  readonly #streaks = new Map<number, LibraryStreak>();
  readonly #clock: { readonly now: () => number; readonly random: () => number };

  constructor(clock: { readonly now: () => number; readonly random: () => number }) {
    this.#clock = clock;
  }

  /** A photo of this library could be read, which ends its streak of failures whatever becomes of the photo. */
  noteRead(libraryId: number): void {
    Object.assign(this.#streakOf(libraryId), { failures: 0, pauses: 0 });
  }

  /** @returns the pause that this entry began, if it did */
  note(entry: LedgerEntry): LibraryPause | undefined {
    const streak = this.#streakOf(entry.item.library.id);
    const sign = environmentSign(entry);
    if (sign === 'breaks') this.noteRead(entry.item.library.id);
    if (sign !== 'continues' || entry.kind !== 'failure') return undefined;
    streak.failures += 1;
    if (streak.failures < ENVIRONMENT_STREAK || streak.current !== undefined) return undefined;
    streak.current = this.#begin(streak, entry.row.reason);
    return streak.current;
  }

  /** @returns the pause in force; an expired one ends here */
  current(libraryId: number): LibraryPause | undefined {
    const pause = this.#streaks.get(libraryId)?.current;
    return pause !== undefined && pause.resumesAt > this.#clock.now() ? pause : undefined;
  }

  /** @returns the libraries whose pause has ended; their streaks start over */
  takeExpired(): readonly number[] {
    const expired = [...this.#streaks].filter(
      ([id, streak]) => streak.current !== undefined && this.current(id) === undefined,
    );
    for (const [, streak] of expired) Object.assign(streak, { failures: 0, current: undefined });
    return expired.map(([id]) => id);
  }

  /** Epoch ms when the next pause ends; undefined when there is none. */
  nextResume(): number | undefined {
    const times = [...this.#streaks.values()].flatMap(({ current }) =>
      current === undefined ? [] : [current.resumesAt],
    );
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #begin(streak: LibraryStreak, reason: string): LibraryPause {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(streak.pauses, 20));
    streak.pauses += 1;
    return {
      reason: `${ENVIRONMENT_STREAK} photos in a row could not be read (${reason}). Check the disk or the mount; reading goes on by itself.`,
      resumesAt: this.#clock.now() + Math.max(1, fullJitterMs(longest, this.#clock.random)),
    };
  }

  #streakOf(libraryId: number): LibraryStreak {
    const streak = this.#streaks.get(libraryId) ?? { failures: 0, pauses: 0, current: undefined };
    this.#streaks.set(libraryId, streak);
    return streak;
  }
}

/**
 * What an entry means for a library's streak of environment failures: a verdict on bytes breaks it. Pictures that could
 * be read are told apart (`noteRead`), since their answers come long after the failures of their neighbours.
 */
export function environmentSign(entry: LedgerEntry): StreakSign {
  if (entry.kind !== 'failure') return 'neutral';
  if (entry.row.errorClass === 'photo') return 'breaks';
  const isOfOneFile = reasonRule(entry.row.reason)?.isOfOneFile === true;
  return entry.row.errorClass === 'environment' && !isOfOneFile ? 'continues' : 'neutral';
}
