import { LONGEST_BACKOFF_MS } from './backoff.js';

/** One retry goes out per eight fresh rows. */
const FRESH_PER_RETRY = 8;
/** Rows looked at for each that may go out: of equal bytes only one does. */
const WINDOW_PER_ROW = 4;
const SMALLEST_WINDOW = 256;

/** After this many crashes a row is left for a claim of its own. */
export const ALONE_AFTER_CRASHES: number = 2;
/** No lease is longer; one that ends further ahead met a jump of the clock. */
export const LONGEST_LEASE_MS: number = 3_600_000;

export interface ClaimPlan {
  readonly freshWindow: number;
  readonly dueWindow: number;
  readonly dueUntil: number;
  readonly jumpedAfter: number;
  readonly freshShare: number;
  readonly retryShare: number;
  readonly limit: number;
  /** Ninths of a retry that this page did not give out, for the next one. */
  readonly carry: number;
}

/**
 * How a page is shared between fresh rows and retries. Pages too small for a ninth carry it over, so that also pages
 * of one give every ninth place to a retry.
 * @param carry of the page before, 0 at first
 */
export function planClaim(request: {
  readonly limit: number;
  readonly lane: 'fresh-and-due' | 'retries';
  readonly now: number;
  readonly carry: number;
}): ClaimPlan {
  const { limit, lane, now, carry } = request;
  const window = Math.max(SMALLEST_WINDOW, limit * WINDOW_PER_ROW);
  if (lane === 'retries') {
    const always = Number.MAX_SAFE_INTEGER;
    const times = { dueUntil: always, jumpedAfter: always };
    return { freshWindow: 0, dueWindow: window, ...times, freshShare: 0, retryShare: limit, limit, carry };
  }
  const ninths = limit + carry;
  const retryShare = Math.floor(ninths / (FRESH_PER_RETRY + 1));
  return {
    freshWindow: window,
    dueWindow: window,
    dueUntil: now,
    jumpedAfter: now + LONGEST_BACKOFF_MS,
    freshShare: limit - retryShare,
    retryShare,
    limit,
    carry: ninths % (FRESH_PER_RETRY + 1),
  };
}
