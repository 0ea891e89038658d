import type { PluginLibrary } from '@clip-watch/plugin-api';
import type { ClaimRequest, ClipBacklog, ClipCandidate, ClipClaim } from '../clip-backlog.js';
import { type FilteredPage, filterExcluded } from '../exclude/filter-excluded.js';
import { compileExcluder } from '../exclude/path-excluder.js';
import type { WorkItem } from '../ledger-entry.js';
import type { ClaimBook } from './claim-book.js';
import { NEXT_STAGE, type Turn, Turns } from './library-turns.js';

export interface PageSourceOptions {
  readonly backlog: Pick<ClipBacklog, 'claimClipCandidates' | 'setSkipped'>;
  readonly book: ClaimBook;
  readonly request: Pick<ClaimRequest, 'owner' | 'leaseMs' | 'wantedModelVersion'> & {
    readonly lane: NonNullable<ClaimRequest['lane']>;
  };
  readonly pageSize: number;
  /** The most candidates to take from one library. */
  readonly maxPerTick: number;
  /** Ids that were already retried: a row that fails again is due again, so retries would never end by themselves. */
  readonly retried: Set<number>;
  readonly libraryIds: readonly number[];
  /** Libraries that have new work, which take another turn even if they were done. */
  takeWoken(): readonly number[];
  /** The library as it is now; undefined when it is gone, offline or paused. */
  current(libraryId: number): Promise<PluginLibrary | undefined>;
  /** True once no new photo may be taken. */
  isStopping(): boolean;
  isPaused(libraryId: number): boolean;
  onPage(library: PluginLibrary, page: FilteredPage, copied: number): Promise<void>;
}

interface Page {
  readonly library: PluginLibrary;
  readonly token: string;
  readonly candidates: readonly ClipCandidate[];
  readonly alone: boolean;
}

/**
 * Yields the candidates of several libraries, page by page in turns; the next page is claimed while the current one is
 * worked off. Every claim is in the book before its first row is yielded.
 */
export async function* pageItems(options: PageSourceOptions): AsyncGenerator<WorkItem, void, undefined> {
  const turns = new Turns(options.libraryIds);
  let ahead = nextPage(turns, options);
  try {
    for (;;) {
      const page = await ahead;
      if (page === undefined) return;
      ahead = nextPage(turns, options);
      ahead.catch(() => {}); // reported when it is awaited, one page later
      yield* itemsOf(page, options);
      if (options.isStopping()) return;
    }
  } finally {
    await ahead.catch(() => undefined); // a claim in progress has to be in the book before the book is closed
  }
}

async function* itemsOf(page: Page, options: PageSourceOptions): AsyncGenerator<WorkItem, void, undefined> {
  const left = new Set(page.candidates.map(({ id }) => id));
  for (const candidate of bothEnds(page.candidates)) {
    if (options.isStopping()) return;
    if (options.isPaused(page.library.id)) return options.book.release(page.token, [...left]);
    left.delete(candidate.id);
    yield { candidate, token: page.token, library: page.library, alone: page.alone };
  }
}

/** The next page with work in it; undefined when every library is done. */
async function nextPage(turns: Turns, options: PageSourceOptions): Promise<Page | undefined> {
  for (;;) {
    turns.add(options.takeWoken());
    const turn = turns.take();
    if (turn === undefined || options.isStopping()) return undefined;
    const page = await claimPage(turn, options);
    turns.putBack(turn);
    if (page !== undefined) return page;
  }
}

async function claimPage(turn: Turn, options: PageSourceOptions): Promise<Page | undefined> {
  const library = await options.current(turn.libraryId);
  const alone = turn.stage === 'alone' || turn.stage === 'reencode-alone';
  const limit = alone ? 1 : Math.min(options.pageSize, options.maxPerTick - turn.taken);
  if (library === undefined || limit <= 0) {
    turn.stage = 'done';
    return undefined;
  }
  const claim = await claimStage(turn, { ...options.request, libraryId: library.id, limit, alone }, options);
  if (!hasWork(claim)) turn.stage = NEXT_STAGE[turn.stage];
  const candidates = await notYetRetried(claim, turn, options);
  turn.taken += candidates.length;
  const page = filterExcluded(candidates, compileExcluder(library.excludedDirs));
  await hideSkipped(claim, page, options);
  await options.onPage(library, page, claim.copied);
  return page.kept.length === 0 ? undefined : { library, token: claim.token, candidates: page.kept, alone };
}

const hasWork = ({ candidates, copied }: ClipClaim): boolean => candidates.length > 0 || copied > 0;

/** New photos, and retries that have fallen due, go before the next page of photos to re-encode. */
async function claimStage(turn: Turn, request: ClaimRequest, { backlog, book }: PageSourceOptions): Promise<ClipClaim> {
  const isSecondLane = turn.stage === 'reencode' || turn.stage === 'reencode-alone';
  if (turn.stage === 'reencode' && request.lane !== 'retries') {
    const pending = await backlog.claimClipCandidates(request);
    book.add(pending);
    if (hasWork(pending)) return pending;
  }
  const claim = await backlog.claimClipCandidates({ ...request, reencode: isSecondLane });
  book.add(claim);
  return claim;
}

async function notYetRetried(
  claim: ClipClaim,
  turn: Turn,
  options: PageSourceOptions,
): Promise<readonly ClipCandidate[]> {
  if (options.request.lane !== 'retries') return claim.candidates;
  const again = claim.candidates.filter(({ id }) => options.retried.has(id)).map(({ id }) => id);
  const fresh = claim.candidates.filter(({ id }) => !options.retried.has(id));
  for (const { id } of fresh) options.retried.add(id);
  if (fresh.length === 0 && again.length > 0) turn.stage = NEXT_STAGE[turn.stage];
  await options.book.release(claim.token, again);
  return fresh;
}

async function hideSkipped(claim: ClipClaim, page: FilteredPage, options: PageSourceOptions): Promise<void> {
  if (page.skipped.length === 0) return;
  await options.backlog.setSkipped(
    page.skipped.map(({ candidate, reason }) => ({ id: candidate.id, skipReason: reason })),
  );
  const ids = page.skipped.map(({ candidate }) => candidate.id);
  await options.book.release(claim.token, ids);
}

/**
 * A page worked from both ends, in turns. Neighbours often fail alike (a folder of another user, one card's broken
 * files); mixed with the other end of the page they make no streak that looks like a lost mount or a broken encoder.
 */
export function* bothEnds<T>(page: readonly T[]): Generator<T, void, undefined> {
  for (let head = 0, tail = page.length - 1; head <= tail; head += 1, tail -= 1) {
    yield page[head]!; // inside the bounds of the loop
    if (head < tail) yield page[tail]!;
  }
}
