import type { LedgerEntry } from './drain-plan.js';
import { ENVIRONMENT_ROW, environmentSign } from './failure-streak.js';

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 15 * 60_000;

export interface LibraryPause {
  readonly reason: string;
  /** Epoch ms. */
  readonly resumesAt: number;
}

interface LibraryRow {
  failures: number;
  /** Pauses since a photo could be read last: each is twice as long as the one before. */
  pauses: number;
  current: LibraryPause | undefined;
}

/** Which libraries rest because their disk or mount fails. A pause ends by itself; it is no verdict on any photo. */
export class LibraryPauses {
  readonly #rows = new Map<number, LibraryRow>();
  readonly #clock: { readonly now: () => number; readonly random: () => number };

  constructor(clock: { readonly now: () => number; readonly random: () => number }) {
    this.#clock = clock;
  }

  /** A photo of this library could be read: its row of failures is broken, however its encode ends. */
  noteRead(libraryId: number): void {
    Object.assign(this.#rowOf(libraryId), { failures: 0, pauses: 0 });
  }

  /** @returns the pause that this entry began, if it did */
  note(entry: LedgerEntry): LibraryPause | undefined {
    const row = this.#rowOf(entry.item.library.id);
    const sign = environmentSign(entry);
    if (sign === 'breaks') this.noteRead(entry.item.library.id);
    if (sign !== 'continues' || entry.kind !== 'failure') return undefined;
    row.failures += 1;
    if (row.failures < ENVIRONMENT_ROW || row.current !== undefined) return undefined;
    row.current = this.#begin(row, entry.row.reason);
    return row.current;
  }

  /** @returns the pause in force; an expired one ends here */
  current(libraryId: number): LibraryPause | undefined {
    const pause = this.#rows.get(libraryId)?.current;
    return pause !== undefined && pause.resumesAt > this.#clock.now() ? pause : undefined;
  }

  /** @returns the libraries whose pause is over; they count from 0 again */
  takeExpired(): readonly number[] {
    const expired = [...this.#rows].filter(([id, row]) => row.current !== undefined && this.current(id) === undefined);
    for (const [, row] of expired) Object.assign(row, { failures: 0, current: undefined });
    return expired.map(([id]) => id);
  }

  /** Epoch ms when the next pause ends; undefined when there is none. */
  nextResume(): number | undefined {
    const times = [...this.#rows.values()].flatMap(({ current }) => (current === undefined ? [] : [current.resumesAt]));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #begin(row: LibraryRow, reason: string): LibraryPause {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(row.pauses, 20));
    row.pauses += 1;
    return {
      reason: `${ENVIRONMENT_ROW} photos in a row could not be read (${reason}). Check the disk or the mount; reading goes on by itself.`,
      resumesAt: this.#clock.now() + 1 + Math.floor(this.#clock.random() * longest),
    };
  }

  #rowOf(libraryId: number): LibraryRow {
    const row = this.#rows.get(libraryId) ?? { failures: 0, pauses: 0, current: undefined };
    this.#rows.set(libraryId, row);
    return row;
  }
}
