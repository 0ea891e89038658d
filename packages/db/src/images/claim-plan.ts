/** One retry goes out per eight fresh rows. */
const FRESH_PER_RETRY = 8;

/** After this many crashes a row is left for a claim of its own. The partial indexes of the pages name it too. */
export const ALONE_AFTER_CRASHES: number = 2;
/** An hour, in milliseconds. No lease is longer; one that ends further ahead met a jump of the clock. */
export const LONGEST_LEASE_MS: number = 3_600_000;
/** A day, in milliseconds. No photo waits longer for its next try: one whose time lies further ahead met a jump of the clock, and is due. */
export const LONGEST_WAIT_MS: number = 24 * 3_600_000;

/** How a page is shared between fresh rows and retries. */
export interface PageShare {
  readonly fresh: number;
  readonly retries: number;
  /** Ninths of a retry that this page did not give out, for the next one. */
  readonly carry: number;
}

/**
 * Pages too small for a ninth carry it over, so that also pages of one give every ninth place to a retry.
 * @param carry of the page before, 0 at first
 */
export function sharePage(limit: number, carry: number): PageShare {
  const ninths = limit + carry;
  const retries = Math.floor(ninths / (FRESH_PER_RETRY + 1));
  return { fresh: limit - retries, retries, carry: ninths % (FRESH_PER_RETRY + 1) };
}

export interface PagedRow {
  readonly id: number;
  readonly contentHash: string;
}

/**
 * Who goes out: of equal bytes one row, of bytes in flight none. Fresh rows fill their share first, then retries
 * theirs, then either what the other left.
 * @param page both lanes in their order
 */
export function pickRows(
  page: { readonly fresh: readonly PagedRow[]; readonly retries: readonly PagedRow[] },
  share: Pick<PageShare, 'fresh' | 'retries'>,
  inFlight: ReadonlySet<string>,
): readonly PagedRow[] {
  const taken = new Set(inFlight);
  const single = (rows: readonly PagedRow[]): PagedRow[] =>
    rows.filter(({ contentHash }) => {
      if (taken.has(contentHash)) return false;
      taken.add(contentHash);
      return true;
    });
  const fresh = single(page.fresh);
  const retries = single(page.retries);
  const firstFresh = fresh.slice(0, share.fresh);
  const firstRetries = retries.slice(0, share.retries);
  const rest = [...fresh.slice(share.fresh), ...retries.slice(share.retries)];
  const room = share.fresh + share.retries - firstFresh.length - firstRetries.length;
  return [...firstFresh, ...firstRetries, ...rest.slice(0, room)];
}
