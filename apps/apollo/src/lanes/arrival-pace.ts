/** The gap after which arrivals count as a new run: it says nothing about the pace of the next one. */
const PAUSE_MS = 2_000;
/** What to wait for a second input when nothing is known about the pace. */
const FIRST_PATIENCE_MS = 5;

/**
 * How regularly inputs arrive, and so how long it is worth waiting for the next one. Mean and deviation of the gaps are
 * smoothed as TCP does for its retransmission time-out (RFC 6298), so that uneven arrivals get more patience.
 */
export class ArrivalPace {
  #meanMs = 0;
  #deviationMs = 0;
  #lastAt: number | undefined;

  /** @param now ms, on any steady clock */
  note(now: number): void {
    const gapMs = this.#lastAt === undefined ? undefined : now - this.#lastAt;
    this.#lastAt = now;
    if (gapMs === undefined || gapMs > PAUSE_MS) return;
    this.#deviationMs += (Math.abs(gapMs - this.#meanMs) - this.#deviationMs) / 4;
    this.#meanMs += (gapMs - this.#meanMs) / 8;
  }

  /** @returns ms until the next input is overdue, 0 or less when it is */
  patienceMs(now: number): number {
    if (this.#lastAt === undefined) return 0;
    return this.#lastAt + FIRST_PATIENCE_MS + this.#meanMs + 4 * this.#deviationMs - now;
  }
}
