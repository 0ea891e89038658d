import { randomUUID } from 'node:crypto';
import type { ClaimRequest, ClipCandidate, ClipClaim } from '../claim-types.js';
import { type ModelPair, pairOf, readClipState } from '../clip-state.js';
import { type DaoContext, idsOf } from '../dao-context.js';
import type { Sql } from '../dialect.js';
import { CLAIM_ROWS, FIND_IN_FLIGHT } from '../sql/claim-candidates.js';
import { CLAIMED_ROWS } from '../sql/claimed-rows.js';
import { NEXT_DUE } from '../sql/next-due.js';
import type { RowOf } from '../statement.js';
import { readPage } from './claim-pages.js';
import { LONGEST_LEASE_MS, LONGEST_WAIT_MS, type PagedRow, pickRows, sharePage } from './claim-plan.js';
import { adoptTrouble, copyKnownEmbeddings } from './equal-bytes.js';
import type { DrainDao } from './image-drain-types.js';

type ClaimDao = Pick<DrainDao, 'claimClipCandidates' | 'nextDueAt'>;

type ClaimedRow = RowOf<typeof CLAIMED_ROWS>;

/** Pages that turned out to need no encode are followed by the next one, so many times; then the caller is asked. */
const MOST_PAGES = 8;
const WIDER = 4;
const WIDEST_WINDOW = 2048;

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

interface ClaimedPage {
  readonly rows: readonly ClaimedRow[];
  readonly copied: readonly number[];
  /** Rows that left the page without an encode. */
  readonly settled: number;
  /** There may be more behind it. */
  readonly full: boolean;
  readonly leaseUntil: number;
}

async function findInFlight(sql: Sql, rows: readonly PagedRow[]): Promise<ReadonlySet<string>> {
  const hashes = JSON.stringify(rows.map(({ contentHash }) => contentHash));
  const held = await sql.all(FIND_IN_FLIGHT, { hashes });
  return new Set(held.map((row) => row.content_hash));
}

/** The models in force, if the caller means the wanted one and nothing is left in the ledger of another. */
async function readClaimable(sql: Sql, { wantedModelVersion }: ClaimRequest): Promise<ModelPair | null> {
  const state = await readClipState(sql);
  const isSettled = state.ledgerModelVersion === state.wantedModelVersion;
  return isSettled && state.wantedModelVersion === wantedModelVersion ? pairOf(state) : null;
}

export function createClaimDao({ lane, now, announce }: DaoContext): ClaimDao {
  const carries = new Map<number, number>();

  /** Rows whose bytes are known already leave the page, with their embedding or with their trouble. */
  async function claimPage(sql: Sql, request: ClaimRequest, token: string, window: number): Promise<ClaimedPage> {
    const at = now();
    const leaseUntil = at + request.leaseMs;
    const models = await readClaimable(sql, request);
    if (models === null) return { rows: [], copied: [], settled: 0, full: false, leaseUntil };
    const page = await readPage(sql, request, window, at);
    const full = page.fresh.length >= window || page.retries.length >= window;
    const all = [...page.fresh, ...page.retries];
    const reencode = request.reencode === true;
    const embedded = await copyKnownEmbeddings(sql, all, { models, now: at, ofActive: !reencode });
    const troubled = await adoptTrouble(sql, all, models);
    const gone = new Set([...embedded.known, ...troubled]);
    const left = {
      fresh: page.fresh.filter(({ id }) => !gone.has(id)),
      retries: page.retries.filter(({ id }) => !gone.has(id)),
    };
    const share = sharePage(request.alone === true ? 1 : request.limit, carries.get(request.libraryId) ?? 0);
    const picked = pickRows(left, share, await findInFlight(sql, [...left.fresh, ...left.retries]));
    if (request.alone !== true && page.retries.length > 0) carries.set(request.libraryId, share.carry);
    const status = reencode ? 'encoded' : 'pending';
    await sql.run(CLAIM_ROWS, { ids: JSON.stringify(idsOf(picked)), status, owner: request.owner, token, leaseUntil });
    const rows = await sql.all(CLAIMED_ROWS, { token });
    return { rows, copied: embedded.copied, settled: gone.size, full, leaseUntil };
  }

  return {
    async claimClipCandidates(request): Promise<ClipClaim> {
      checkRequest(request);
      const token = randomUUID();
      let window = request.limit;
      let copied = 0;
      for (let pages = 1; ; pages += 1) {
        const page = await lane.write((sql) => claimPage(sql, request, token, window));
        announce(page.copied);
        copied += page.copied.length;
        const candidates = [...page.rows].sort(byOrder).map(toCandidate);
        const claim = { token, owner: request.owner, leaseUntil: page.leaseUntil, candidates, copied };
        if (candidates.length > 0 || !page.full || pages >= MOST_PAGES) return claim;
        // Nothing but copies of what is in flight: look behind them.
        if (page.settled === 0) window = Math.min(window * WIDER, WIDEST_WINDOW);
      }
    },
    async nextDueAt(libraryId) {
      const [lanes] = await lane.read((sql) => sql.all(NEXT_DUE, { libraryId }));
      return lanes === undefined ? null : earliestDue(lanes, now());
    },
  };
}

/** @param lanes the first time of each lane; 0 is now, null is nothing there */
function earliestDue(lanes: RowOf<typeof NEXT_DUE>, now: number): number | null {
  const { last, last_again, ...firsts } = lanes;
  for (const time of [last, last_again]) if (time !== null && time > now + LONGEST_WAIT_MS) return now;
  const times = Object.values(firsts).filter((time) => time !== null);
  return times.length === 0 ? null : Math.max(now, Math.min(...times));
}
