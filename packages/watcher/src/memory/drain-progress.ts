import type { WriteResult } from '../clip-backlog.js';
import type { DrainCounts } from '../drain-types.js';
import type { LedgerEntry } from '../ledger-entry.js';
import { Throughput } from './throughput.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NOTHING: DrainCounts = { encoded: 0, copied: 0, failed: 0, postponed: 0, skipped: 0 };
const COUNTED = ['encoded', 'copied', 'failed', 'postponed', 'skipped'] as const satisfies (keyof DrainCounts)[];

/** Counts what was done since the drain was created. Only committed outcomes count. */
export class DrainProgress {
  readonly throughput: Throughput;
  readonly #libraries = new Map<number, Mutable<DrainCounts>>();
  #settled = 0;

  constructor(now: () => number) {
    this.throughput = new Throughput(now);
  }

  /** Grows with every row that got further. Rows that were only released do not count, since they are due right away. */
  get settled(): number {
    return this.#settled;
  }

  add(libraryId: number, what: keyof DrainCounts, count: number): void {
    this.#settled += count;
    const counts = this.#libraries.get(libraryId) ?? { ...NOTHING };
    counts[what] += count;
    this.#libraries.set(libraryId, counts);
  }

  /** The database does not say which rows of a batch were stale: the sum is right, but may go to another library's count. */
  addWritten(entries: readonly LedgerEntry[], result: WriteResult): void {
    for (const entry of entries.slice(0, Math.max(0, entries.length - result.stale))) {
      const what = countedAs(entry);
      if (what !== undefined) this.add(entry.item.library.id, what, 1);
      if (entry.kind === 'crash') this.#settled += 1;
      if (what === 'encoded') this.throughput.add(1);
    }
    const [first] = entries;
    if (first?.kind === 'embedding') this.add(first.item.library.id, 'copied', result.shared);
  }

  of(libraryId: number): DrainCounts {
    return { ...(this.#libraries.get(libraryId) ?? NOTHING) };
  }

  libraryIds(): readonly number[] {
    return [...this.#libraries.keys()];
  }

  total(): DrainCounts {
    const sum: Mutable<DrainCounts> = { ...NOTHING };
    for (const counts of this.#libraries.values()) for (const what of COUNTED) sum[what] += counts[what];
    return sum;
  }
}

function countedAs(entry: LedgerEntry): keyof DrainCounts | undefined {
  if (entry.kind === 'embedding') return 'encoded';
  if (entry.kind !== 'failure') return undefined;
  return entry.row.final ? 'failed' : 'postponed';
}

export function countsSince(before: DrainCounts, now: DrainCounts): DrainCounts {
  return {
    encoded: now.encoded - before.encoded,
    copied: now.copied - before.copied,
    failed: now.failed - before.failed,
    postponed: now.postponed - before.postponed,
    skipped: now.skipped - before.skipped,
  };
}
