import { randomUUID } from 'node:crypto';
import { LONGEST_BACKOFF_MS } from './backoff.js';
import { LONGEST_LEASE_MS, planClaim } from './claim-plan.js';
import { type DaoContext, idsOf, SHARE_LIMIT } from './dao-context.js';
import { CLAIM_ALONE, CLAIM_CANDIDATES } from './sql/claim-candidates.js';
import { CLAIMED_ROWS } from './sql/claimed-rows.js';
import { ADOPT_TROUBLE, COPY_EMBEDDINGS, SHARE_EMBEDDINGS, SHARE_FAILURES } from './sql/equal-bytes.js';
import { NEXT_DUE } from './sql/next-due.js';
import { EXTEND_CLAIM, RELEASE_CLAIM, RELEASE_OWNER, RELEASE_ROWS, RESCUE_EXPIRED } from './sql/release-claims.js';
import type { Sql } from './sqlite-connection.js';
import type { ClaimRequest, ClipCandidate, ClipClaim, ImageExifDao } from './types.js';

type ClaimDao = Pick<
  ImageExifDao,
  'claimClipCandidates' | 'releaseClaims' | 'extendClaim' | 'rescueExpiredClaims' | 'releaseOwner' | 'nextDueAt'
>;

interface ClaimedRow {
  readonly [column: string]: unknown;
  readonly id: number;
  readonly library_id: number;
  readonly rel_path: string;
  readonly content_hash: string;
  readonly file_size: number;
  readonly modified_at_ms: number;
  readonly sort_time: number;
  readonly clip_next_attempt_at: number | null;
  readonly clip_attempts: number;
  readonly clip_deferrals: number;
  readonly clip_crashes: number;
}

/** Pages that turned out to need no encode are followed by the next one, so many times; then the caller is asked. */
const MOST_PAGES = 8;
const RESCUE_BATCH = 500;

/** Fresh before retries, newest fresh first, oldest retry first: the order in which the page was picked. */
function byOrder(a: ClaimedRow, b: ClaimedRow): number {
  if (a.clip_next_attempt_at === null && b.clip_next_attempt_at === null)
    return b.sort_time - a.sort_time || b.id - a.id;
  if (a.clip_next_attempt_at === null) return -1;
  if (b.clip_next_attempt_at === null) return 1;
  return a.clip_next_attempt_at - b.clip_next_attempt_at || a.id - b.id;
}

function toCandidate(row: ClaimedRow): ClipCandidate {
  return {
    id: row.id,
    libraryId: row.library_id,
    relPath: row.rel_path,
    contentHash: row.content_hash,
    fileSize: row.file_size,
    modifiedAtMs: row.modified_at_ms,
    attempts: row.clip_attempts,
    deferrals: row.clip_deferrals,
    crashes: row.clip_crashes,
  };
}

function checkRequest({ limit, leaseMs }: ClaimRequest): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) throw new RangeError(`claim of ${limit} rows`);
  if (!(leaseMs > 0 && leaseMs <= LONGEST_LEASE_MS)) throw new RangeError(`lease of ${leaseMs} ms`);
}

/** Claimed rows whose bytes are known already leave the claim: with their embedding, or with their trouble. */
async function settleKnownBytes(
  sql: Sql,
  page: { readonly token: string; readonly modelVersion: string; readonly now: number },
): Promise<{ readonly embedded: readonly number[]; readonly troubled: number }> {
  const { token, modelVersion, now } = page;
  const claimed = await sql.all<ClaimedRow, 'token'>(CLAIMED_ROWS, { token });
  const copied = idsOf(await sql.all(COPY_EMBEDDINGS, { ids: JSON.stringify(idsOf(claimed)), modelVersion, now }));
  const shared =
    copied.length === 0
      ? []
      : idsOf(await sql.all(SHARE_EMBEDDINGS, { ids: JSON.stringify(copied), now, limit: SHARE_LIMIT }));
  const troubled = idsOf(await sql.all(ADOPT_TROUBLE, { token }));
  if (troubled.length > 0) await sql.all(SHARE_FAILURES, { ids: JSON.stringify(troubled), limit: SHARE_LIMIT });
  return { embedded: [...copied, ...shared], troubled: troubled.length };
}

export function createClaimDao({ lane, now, announce }: DaoContext): ClaimDao {
  const carries = new Map<number, number>();

  async function claimRows(sql: Sql, request: ClaimRequest, token: string): Promise<void> {
    const { libraryId, limit, owner, leaseMs, lane: rows = 'fresh-and-due', alone = false } = request;
    const at = now();
    const claim = { libraryId, owner, token, leaseUntil: at + leaseMs };
    if (alone) {
      await sql.run(CLAIM_ALONE, { ...claim, now: at, jumpedAfter: at + LONGEST_BACKOFF_MS });
      return;
    }
    if (rows === 'reencode') throw new Error('the lane for another model is not built yet');
    const { carry, ...plan } = planClaim({ limit, lane: rows, now: at, carry: carries.get(libraryId) ?? 0 });
    carries.set(libraryId, carry);
    await sql.run(CLAIM_CANDIDATES, { ...claim, ...plan });
  }

  async function claimPage(request: ClaimRequest, token: string) {
    return lane.write(async (sql) => {
      await claimRows(sql, request, token);
      const known = await settleKnownBytes(sql, { token, modelVersion: request.wantedModelVersion, now: now() });
      return { ...known, rows: await sql.all<ClaimedRow, 'token'>(CLAIMED_ROWS, { token }) };
    });
  }

  async function rescueExpiredClaims(): Promise<number> {
    const limits = { jumpedAfter: now() + 2 * LONGEST_LEASE_MS, limit: RESCUE_BATCH };
    let rescued = 0;
    for (;;) {
      const changed = await lane.write((sql) => sql.run(RESCUE_EXPIRED, { now: now(), ...limits }));
      rescued += changed;
      if (changed < RESCUE_BATCH) return rescued;
    }
  }

  return {
    async claimClipCandidates(request): Promise<ClipClaim> {
      checkRequest(request);
      const token = randomUUID();
      let copied = 0;
      for (let pages = 1; ; pages += 1) {
        const page = await claimPage(request, token);
        announce(page.embedded);
        copied += page.embedded.length;
        const settled = page.embedded.length + page.troubled;
        if (page.rows.length === 0 && settled > 0 && pages < MOST_PAGES) continue;
        const candidates = [...page.rows].sort(byOrder).map(toCandidate);
        return { token, owner: request.owner, leaseUntil: now() + request.leaseMs, candidates, copied };
      }
    },
    releaseClaims: (token, { ids, crashedIds = [] } = {}) => {
      const crashed = JSON.stringify(crashedIds);
      if (ids === undefined) return lane.write((sql) => sql.run(RELEASE_CLAIM, { token, crashedIds: crashed }));
      return lane.write((sql) => sql.run(RELEASE_ROWS, { token, ids: JSON.stringify(ids), crashedIds: crashed }));
    },
    extendClaim: (token, leaseMs) =>
      lane.write((sql) => sql.run(EXTEND_CLAIM, { token, leaseUntil: now() + Math.min(leaseMs, LONGEST_LEASE_MS) })),
    rescueExpiredClaims,
    releaseOwner: (owner) => lane.write((sql) => sql.run(RELEASE_OWNER, { owner })),
    async nextDueAt(libraryId) {
      const [lanes] = await lane.read((sql) => sql.all(NEXT_DUE, { libraryId }));
      return earliestDue(lanes ?? {}, now());
    },
  };
}

/** @param lanes the first time of each lane; 0 is now, null is nothing there */
export function earliestDue(lanes: Readonly<Record<string, unknown>>, now: number): number | null {
  const { last, ...firsts } = lanes;
  if (typeof last === 'number' && last > now + LONGEST_BACKOFF_MS) return now;
  const times = Object.values(firsts).filter((time): time is number => typeof time === 'number');
  return times.length === 0 ? null : Math.max(now, Math.min(...times));
}
