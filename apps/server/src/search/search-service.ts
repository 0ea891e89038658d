import type { ClipModelState, Database, ImageRow } from '@clip-watch/db';
import { STARTER_MODEL } from '@clip-watch/watcher';
import type { ApiSearchAnswer, ApiSearchHit } from '../api/index.js';
import { HostError } from '../errors.js';
import { isSearchable } from '../photos/explain.js';
import { toApiImage } from '../photos/to-api.js';
import { encodeOffset, SEARCH_DEPTH } from './cursor.js';
import { createQueryReader, type QueryReaderDeps, type SearchQuery } from './read-query.js';
import { relevanceFloor } from './relevance-floor.js';
import type { SearchIndex } from './search-index.js';
import type { RankedRows, SearchFilter } from './segment-store.js';
import type { WantedIndex } from './wanted-index.js';

export type { SearchQuery };

export interface SearchServiceDeps extends QueryReaderDeps {
  readonly database: Pick<Database, 'images'>;
  readonly index: SearchIndex;
  readonly wanted: WantedIndex;
}

export interface SearchPage {
  readonly filter: SearchFilter;
  readonly limit: number;
  /** Hits to leave out from the front, at most {@link SEARCH_DEPTH}. */
  readonly offset: number;
  /** The least score of a hit; absent: for words by {@link relevanceFloor}, else none. */
  readonly minScore?: number;
  readonly signal?: AbortSignal;
}

export interface SearchService {
  readonly index: SearchIndex;
  /** Whether the query can be answered only while an encoder is there. */
  needsEncoder(query: SearchQuery): boolean;
  /**
   * Exact search within one model: the one that is searched, or, for what nobody reads in that one any more, the one that
   * photos change to.
   * @throws HostError SEARCH_UNAVAILABLE (one sentence why), NOT_FOUND (no such photo), BAD_PICTURE, PHOTO_CHANGED (it is
   * another one than its row says), NOT_ANSWERING (its disk hangs), BUSY
   */
  search(query: SearchQuery, page: SearchPage): Promise<ApiSearchAnswer>;
}

export function createSearchService(deps: SearchServiceDeps): SearchService {
  const { database, index } = deps;
  const queries = createQueryReader(deps);

  const readHits = async (
    { index, ranked }: { readonly index: SearchIndex; readonly ranked: RankedRows },
    page: SearchPage,
  ): Promise<{ hits: ApiSearchHit[]; end: number }> => {
    const hits: ApiSearchHit[] = [];
    let at = page.offset;
    while (hits.length < page.limit && at < ranked.ids.length) {
      const ids = [...ranked.ids.slice(at, at + page.limit - hits.length)];
      const rows = new Map((await database.images.findImages(ids)).map((row) => [row.id, row]));
      // The table is the truth: what was hidden, changed or deleted meanwhile leaves the index here.
      index.remove(ids.filter((id) => !isCurrent(rows.get(id), index.modelVersion)));
      ids.forEach((id, offset) => {
        const row = rows.get(id);
        if (row !== undefined && isCurrent(row, index.modelVersion))
          hits.push({ ...toApiImage(row), score: ranked.scores[at + offset]! });
      });
      at += ids.length;
    }
    return { hits, end: at };
  };

  return {
    index,
    needsEncoder: queries.needsEncoder,
    async search(query, page) {
      let models = await index.follow();
      if (models.activeModelVersion === models.wantedModelVersion) await deps.wanted.release();
      const { vector, modelVersion, exceptId } = await queries.vectorOf(query, models, page.signal);
      // The models may have changed while the encoder was asked.
      if (![models.activeModelVersion, models.wantedModelVersion].includes(modelVersion)) models = await index.follow();
      const searched = await indexOf(deps, models, modelVersion);
      const found = withoutRow(await searched.search(vector, SEARCH_DEPTH, page.filter), exceptId);
      const minScore = page.minScore ?? (query.kind === 'text' ? floorOf(found, vector.length) : null);
      const ranked = atLeast(found, minScore);
      const { hits, end } = await readHits({ index: searched, ranked }, page);
      return {
        items: hits,
        nextCursor: end < ranked.ids.length ? encodeOffset(end) : null,
        modelVersion,
        minScore,
        belowMinScore: found.ids.length - ranked.ids.length,
        ...(await readCoverage(deps, { searched, models, filter: page.filter })),
      };
    },
  };
}

/** The vectors of the query's model. */
async function indexOf(
  { index, wanted }: SearchServiceDeps,
  { wantedModelVersion }: ClipModelState,
  modelVersion: string,
): Promise<SearchIndex> {
  if (index.modelVersion === null || modelVersion === index.modelVersion) return index;
  if (modelVersion === wantedModelVersion) return await wanted.open();
  throw new HostError(
    'SEARCH_UNAVAILABLE',
    `The encoder serves another model (${modelVersion}) than the photos were encoded with.`,
  );
}

function isCurrent(row: ImageRow | undefined, modelVersion: string | null): boolean {
  return row !== undefined && isSearchable(row, modelVersion);
}

function withoutRow(ranked: RankedRows, id: number | undefined): RankedRows {
  const at = id === undefined ? -1 : ranked.ids.indexOf(id);
  if (at < 0) return ranked;
  const keep = (_: number, index: number): boolean => index !== at;
  return { ...ranked, ids: ranked.ids.filter(keep), scores: ranked.scores.filter(keep) };
}

function floorOf({ scores, spread }: RankedRows, dimension: number): number | null {
  const [best] = scores;
  return best === undefined ? null : relevanceFloor(best, spread, dimension);
}

function atLeast(ranked: RankedRows, minScore: number | null): RankedRows {
  const below = minScore === null ? -1 : ranked.scores.findIndex((score) => score < minScore);
  if (below < 0) return ranked;
  return { ...ranked, ids: ranked.ids.slice(0, below), scores: ranked.scores.slice(0, below) };
}

interface Searched {
  readonly searched: SearchIndex;
  readonly models: ClipModelState;
  readonly filter: SearchFilter;
}

async function readCoverage(
  { database, index }: SearchServiceDeps,
  { searched, models, filter }: Searched,
): Promise<Pick<ApiSearchAnswer, 'coverage' | 'notice'>> {
  const counters = await database.images.counters(filter.libraryId);
  const all = counters.photos - counters.skipped - counters.failed;
  const isNext = searched !== index;
  const ready = isNext ? counters.encoded - counters.outdated : counters.searchable;
  const coverage = all <= 0 ? 1 : Math.min(1, ready / all);
  const name = isNext ? models.modelName : models.activeModelName;
  if (isNext && name !== STARTER_MODEL) return { coverage, notice: changingNotice(name, coverage) };
  return { coverage, notice: noticeOf(name === STARTER_MODEL, coverage, searched.state) };
}

function changingNotice(name: string | null, coverage: number): string {
  return `No encoder reads this in the model of before any more: it is searched in ${name}, which photos are changing to. ${Math.floor(coverage * 100)} % of them are ready.`;
}

function noticeOf(isStarter: boolean, coverage: number, state: SearchIndex['state']): string | null {
  if (isStarter)
    return 'The built-in starter model answers: it knows colours, brightness and contrast only. Give it a CLIP model with CLIP_MODEL_DIR for real words.';
  if (state === 'loading') return 'The search is still being loaded; more photos may match in a moment.';
  if (coverage < 0.995)
    return `${Math.floor(coverage * 100)} % of the photos are encoded so far; more may match later.`;
  return null;
}
