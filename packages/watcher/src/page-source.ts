import type { PluginLibrary } from '@clip-watch/plugin-api';
import type { ClaimBook } from './claim-book.js';
import type { ClaimRequest, ClipBacklog, ClipCandidate, ClipClaim } from './clip-backlog.js';
import type { WorkItem } from './drain-plan.js';
import { type FilteredPage, filterExcluded } from './filter-excluded.js';
import { NEXT_STAGE, type Turn, Turns } from './library-turns.js';
import { bothEnds } from './page-order.js';
import { compileExcluder } from './path-excluder.js';

export interface PageSourceOptions {
  readonly backlog: Pick<ClipBacklog, 'claimClipCandidates' | 'setSkipped'>;
  readonly book: ClaimBook;
  readonly request: Pick<ClaimRequest, 'owner' | 'leaseMs' | 'wantedModelVersion'> & {
    readonly lane: NonNullable<ClaimRequest['lane']>;
  };
  readonly pageSize: number;
  /** Most candidates of one library. */
  readonly maxPerTick: number;
  /** Retries have no natural end, a row that fails again is due again: those in here go out no more. */
  readonly retried: Set<number>;
  readonly libraryIds: readonly number[];
  /** Libraries that have new work; they take their turn again, even when they were through. */
  takeWoken(): readonly number[];
  /** The library as it is now; undefined when it is gone, offline or paused. */
  current(libraryId: number): Promise<PluginLibrary | undefined>;
  /** True from the moment on when no new photo is to be taken. */
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
 * The candidates of several libraries, page by page in turns, the next page claimed while this one is worked off.
 * Every claim stands in the book before its first row is yielded.
 */
export async function* pageItems(options: PageSourceOptions): AsyncGenerator<WorkItem, void, undefined> {
  const turns = new Turns(options.libraryIds);
  let ahead = nextPage(turns, options);
  try {
    for (;;) {
      const page = await ahead;
      if (page === undefined) return;
      ahead = nextPage(turns, options);
      ahead.catch(() => {}); // told when it is awaited, one page later
      yield* itemsOf(page, options);
      if (options.isStopping()) return;
    }
  } finally {
    await ahead.catch(() => undefined); // a claim under way has to be in the book before the book is closed
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

/** The next page that holds work; undefined when every library is through. */
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

/** New photos, and retries whose time came meanwhile, go before the next page of the second lane. */
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
