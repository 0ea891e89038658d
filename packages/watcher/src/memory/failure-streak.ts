/** Streaks of permanent failures, which say more about the encoder than about the photos. */
import type { LedgerEntry } from '../ledger-entry.js';

/** So many different photos in a row with one permanent reason are more likely one broken encoder. */
export const SUSPICIOUS_STREAK = 20;

export type StreakSign = 'breaks' | 'continues' | 'neutral';

type FailureEntry = Extract<LedgerEntry, { kind: 'failure' }>;

/** What an entry means for a streak of permanent failures with `reason`. */
export function permanentSign(entry: LedgerEntry): StreakSign {
  if (entry.kind === 'embedding') return 'breaks';
  return isPermanent(entry) ? 'continues' : 'neutral';
}

function isPermanent(entry: LedgerEntry): entry is FailureEntry {
  return entry.kind === 'failure' && entry.row.final;
}

export type GuardVerdict =
  /** Write these now; empty while a streak is still open. */
  | { readonly kind: 'write'; readonly entries: readonly LedgerEntry[] }
  /** The streak is as long as `SUSPICIOUS_STREAK`: stop, and ask whether the encoder still knows a good picture. */
  | { readonly kind: 'suspicious' };

/**
 * Holds permanent failures back until the streak they are part of has ended, so that a broken encoder marks no photo: not
 * the first twenty, and none of their copies.
 *
 * Held entries keep their claims. `settle` ends a streak at the end of a pass; the streak itself goes on over passes, and
 * what it wrote is given back with `requeue` when it turns out to be false.
 */
export class PermanentStreakGuard {
  #reason: string | undefined;
  readonly #hashes = new Set<string>();
  #held: FailureEntry[] = [];
  #writtenIds: number[] = [];

  get isSuspicious(): boolean {
    return this.#hashes.size >= SUSPICIOUS_STREAK;
  }

  get reason(): string | undefined {
    return this.#reason;
  }

  note(entry: LedgerEntry): GuardVerdict {
    if (this.isSuspicious) return this.#noteWhileSuspicious(entry);
    if (isPermanent(entry)) return this.#extend(entry);
    const isBroken = permanentSign(entry) === 'breaks';
    return { kind: 'write', entries: isBroken ? [...this.#end(), entry] : [entry] };
  }

  /** The pass is over, or the known-good picture passed: what is held is true. */
  settle(): readonly LedgerEntry[] {
    if (this.isSuspicious) return this.#end();
    const held = this.#held;
    this.#held = [];
    this.#writtenIds.push(...held.map((entry) => entry.row.imageId));
    return held;
  }

  /** The known-good picture failed too: nothing of this streak is true. */
  revoke(): { readonly release: readonly LedgerEntry[]; readonly requeueIds: readonly number[] } {
    const requeueIds = this.#writtenIds;
    const release = this.#end().map(({ item }) => ({ kind: 'release', item }) as const);
    return { release, requeueIds };
  }

  #extend(entry: FailureEntry): GuardVerdict {
    const ended = entry.row.reason === this.#reason ? [] : this.#end();
    this.#reason = entry.row.reason;
    this.#hashes.add(entry.row.contentHash);
    this.#held.push(entry);
    if (!this.isSuspicious) return { kind: 'write', entries: ended };
    return { kind: 'suspicious' };
  }

  // Photos that were under way when the streak got too long: judged with it, whatever their reason.
  #noteWhileSuspicious(entry: LedgerEntry): GuardVerdict {
    if (!isPermanent(entry)) return { kind: 'write', entries: [entry] };
    this.#held.push(entry);
    return { kind: 'suspicious' };
  }

  #end(): readonly FailureEntry[] {
    const held = this.#held;
    this.#reason = undefined;
    this.#hashes.clear();
    this.#held = [];
    this.#writtenIds = [];
    return held;
  }
}
