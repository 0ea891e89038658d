import type { ClaimRequest } from '../claim-types.js';
import type { Sql } from '../dialect.js';
import { PAGE_ALONE, PAGE_DUE, PAGE_FRESH } from '../sql/claim-candidates.js';
import { PAGE_REENCODE, PAGE_REENCODE_ALONE, PAGE_REENCODE_DUE } from '../sql/reencode.js';
import type { RowOf } from '../statement.js';
import { LONGEST_WAIT_MS, type PagedRow } from './claim-plan.js';

export interface LanedPage {
  readonly fresh: readonly PagedRow[];
  readonly retries: readonly PagedRow[];
}

const LANES = {
  pending: { due: PAGE_DUE, alone: PAGE_ALONE },
  reencode: { due: PAGE_REENCODE_DUE, alone: PAGE_REENCODE_ALONE },
} as const;

function toPaged(rows: readonly RowOf<typeof PAGE_FRESH>[]): PagedRow[] {
  return rows.map((row) => ({ id: row.id, contentHash: row.content_hash }));
}

/** Due rows of the lane that is asked for, in its order, those that are fresh apart. */
export async function readPage(sql: Sql, request: ClaimRequest, window: number, now: number): Promise<LanedPage> {
  const { libraryId, lane = 'fresh-and-due', alone = false } = request;
  const { due, alone: apart } = LANES[request.reencode === true ? 'reencode' : 'pending'];
  const jumpedAfter = now + LONGEST_WAIT_MS;
  if (alone)
    return { fresh: [], retries: toPaged(await sql.all(apart, { libraryId, now, jumpedAfter, limit: window })) };
  const page = async (from: number, until: number): Promise<PagedRow[]> =>
    toPaged(await sql.all(due, { libraryId, from, until, limit: window }));
  if (lane === 'retries') return { fresh: [], retries: await page(0, Number.MAX_SAFE_INTEGER) };
  // Those that are due, and those that a jump of the clock put out of reach.
  const retries = [...(await page(0, now)), ...(await page(jumpedAfter + 1, Number.MAX_SAFE_INTEGER))];
  return { fresh: await readFresh(sql, request, window), retries };
}

async function readFresh(sql: Sql, request: ClaimRequest, limit: number): Promise<PagedRow[]> {
  const { libraryId, wantedModelVersion: wanted } = request;
  if (request.reencode === true) return toPaged(await sql.all(PAGE_REENCODE, { libraryId, wanted, limit }));
  return toPaged(await sql.all(PAGE_FRESH, { libraryId, limit }));
}
