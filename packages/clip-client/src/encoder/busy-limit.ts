/** Good answers, counted in whole windows, before one more place is tried. */
const WINDOWS_A_PLACE = 4;

/**
 * What the OVERLOADED answers of an encoder leave of its window: half of what was in flight after one, and one more
 * place after every four windows of good answers. Without it each round sends again what was refused before.
 */
export interface BusyLimit {
  /** Most unanswered items; Infinity until the first OVERLOADED. */
  size: number;
  /** Answers due to items that were sent before the last cut: their refusals are no news. */
  stale: number;
  /** Good answers since the size changed. */
  good: number;
}

export const newBusyLimit = (): BusyLimit => ({ size: Number.POSITIVE_INFINITY, stale: 0, good: 0 });

/**
 * @param inFlight unanswered items, the refused one included
 * @returns false when the refusal is no news
 */
export function noteRefusal(limit: BusyLimit, inFlight: number): boolean {
  if (limit.stale > 0) {
    limit.stale--;
    return false;
  }
  limit.size = Math.max(1, Math.floor(Math.min(limit.size, inFlight) / 2));
  limit.stale = inFlight - 1;
  limit.good = 0;
  return true;
}

export function noteGood(limit: BusyLimit): void {
  if (limit.stale > 0) limit.stale--;
  limit.good++;
  if (limit.good < WINDOWS_A_PLACE * limit.size) return;
  limit.size++;
  limit.good = 0;
}
