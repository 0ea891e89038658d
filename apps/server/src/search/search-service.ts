import { deadlineSignal } from '@clip-watch/basics';
import { type ClipClient, ClipClientError } from '@clip-watch/clip-client';
import type { ClipModelState, Database, ImageRow } from '@clip-watch/db';
import { type CropBox, type EncodeTarget, type PreparedPicture, STARTER_MODEL } from '@clip-watch/watcher';
import type { ApiSearchAnswer, ApiSearchHit } from '../api/index.js';
import { HostError, type HostErrorCode } from '../errors.js';
import { isSearchable } from '../photos/explain.js';
import type { OnDemandDecoder, WantedPhoto } from '../photos/on-demand-decoder.js';
import { photoChanged } from '../photos/photo-changed.js';
import { toApiImage } from '../photos/to-api.js';
import { encodeOffset, SEARCH_DEPTH } from './cursor.js';
import type { QueryVectors } from './query-vectors.js';
import { relevanceFloor } from './relevance-floor.js';
import type { SearchIndex } from './search-index.js';
import type { RankedRows, SearchFilter } from './segment-store.js';
import { subtractVector } from './subtract-vector.js';
import type { WantedIndex } from './wanted-index.js';

export interface SearchServiceDeps {
  readonly database: Pick<Database, 'images'>;
  readonly index: SearchIndex;
  readonly wanted: WantedIndex;
  readonly clipClient: ClipClient;
  readonly texts: Pick<QueryVectors, 'of' | 'has'>;
  readonly decoder: Pick<OnDemandDecoder, 'prepareForSearch'>;
}

/** What is looked for. */
export type SearchQuery =
  | { readonly kind: 'text'; readonly text: string; readonly notText?: string }
  | { readonly kind: 'image'; readonly imageId: number }
  /** A picture that is no photo here, or a part of one. */
  | { readonly kind: 'picture'; readonly file: WantedPhoto; readonly crop?: CropBox; readonly exceptId?: number };

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

interface QueryVector {
  readonly vector: Float32Array;
  readonly modelVersion: string;
  readonly exceptId?: number;
}

export function createSearchService(deps: SearchServiceDeps): SearchService {
  const { database, index, clipClient, texts } = deps;

  const needsEncoder = (query: SearchQuery): boolean => {
    if (query.kind !== 'text') return query.kind === 'picture';
    return [query.text, wordsOf(query.notText)].some(
      (words) => words !== undefined && !texts.has(words, index.modelVersion),
    );
  };

  const textVector = async (
    query: Extract<SearchQuery, { kind: 'text' }>,
    signal?: AbortSignal,
  ): Promise<QueryVector> => {
    let wanted = await texts.of(query.text, index.modelVersion, signal);
    const notText = wordsOf(query.notText);
    if (notText === undefined) return wanted;
    const unwanted = await texts.of(notText, index.modelVersion, signal);
    // One may be kept in a model that nobody reads any more.
    if (unwanted.modelVersion !== wanted.modelVersion)
      wanted = await texts.of(query.text, unwanted.modelVersion, signal);
    return { modelVersion: wanted.modelVersion, vector: subtractVector(wanted.vector, unwanted.vector) };
  };

  const imageVector = async (
    imageId: number,
    { activeModelVersion, wantedModelVersion }: ClipModelState,
  ): Promise<QueryVector> => {
    const inModel = (version: string | null) => database.images.findEmbedding(imageId, version ?? undefined);
    const found = (await inModel(activeModelVersion)) ?? (await inModel(wantedModelVersion));
    if (found !== null) return { vector: found.embedding, modelVersion: found.modelVersion, exceptId: imageId };
    const row = await database.images.findImage(imageId);
    if (row === null) throw new HostError('NOT_FOUND', `there is no photo ${imageId}`);
    throw new HostError('SEARCH_UNAVAILABLE', 'This photo is not encoded (yet), so nothing can be compared with it.');
  };

  const pictureVector = async (
    query: Extract<SearchQuery, { kind: 'picture' }>,
    signal?: AbortSignal,
  ): Promise<QueryVector> => {
    const target = await encodeTarget(clipClient, signal);
    const options = { ...(signal ? { signal } : {}), ...(query.crop ? { crop: query.crop } : {}) };
    const picture = await deps.decoder.prepareForSearch(query.file, target, options);
    const made = await encodeOne(clipClient, picture, signal);
    return { ...made, ...(query.exceptId === undefined ? {} : { exceptId: query.exceptId }) };
  };

  const vectorOf = async (query: SearchQuery, models: ClipModelState, signal?: AbortSignal): Promise<QueryVector> => {
    try {
      if (query.kind === 'text') return await textVector(query, signal);
      return await (query.kind === 'image' ? imageVector(query.imageId, models) : pictureVector(query, signal));
    } catch (error) {
      throw toSearchError(error, query.kind);
    }
  };

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
    needsEncoder,
    async search(query, page) {
      let models = await index.follow();
      if (models.activeModelVersion === models.wantedModelVersion) await deps.wanted.release();
      const { vector, modelVersion, exceptId } = await vectorOf(query, models, page.signal);
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

function wordsOf(text: string | undefined): string | undefined {
  return text?.trim() === '' ? undefined : text;
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

async function encodeTarget(client: ClipClient, signal?: AbortSignal): Promise<EncodeTarget> {
  const model = client.model ?? (await client.whenReady({ signal: deadlineSignal(5_000, signal) }));
  return {
    acceptedMediaTypes: model.acceptedMediaTypes,
    ...(model.pixels === undefined ? {} : { pixels: model.pixels }),
    ...(model.maxImageBytes === undefined ? {} : { maxImageBytes: model.maxImageBytes }),
  };
}

/** What a file's own bytes are not to blame for. */
const CODE_OF_FAILURE: Readonly<Record<string, HostErrorCode>> = {
  not_found: 'NOT_FOUND',
  outside_library: 'NOT_FOUND',
  root_changed: 'NOT_FOUND',
  not_a_regular_file: 'NOT_FOUND',
  read_timeout: 'NOT_ANSWERING',
  changed_while_reading: 'PHOTO_CHANGED',
};

async function encodeOne(client: ClipClient, picture: PreparedPicture, signal?: AbortSignal): Promise<QueryVector> {
  if (picture.kind === 'failed') throw new HostError(CODE_OF_FAILURE[picture.reason] ?? 'BAD_PICTURE', picture.message);
  if (picture.kind === 'changed') throw photoChanged();
  const payload =
    picture.kind === 'pixels'
      ? ({ kind: 'rgb', width: picture.width, height: picture.height, data: picture.data } as const)
      : ({ kind: 'encoded', data: picture.data, mediaType: picture.mediaType } as const);
  const images = [{ imageId: 0, ref: { contentHash: picture.contentHash }, payload }];
  for await (const outcome of client.encodeImages(images, signal ? { signal } : {})) {
    if (outcome.kind === 'encoded') return { vector: outcome.embedding, modelVersion: outcome.modelVersion };
    throw new HostError(outcome.kind === 'permanent' ? 'BAD_PICTURE' : 'SEARCH_UNAVAILABLE', outcome.message);
  }
  throw new HostError('SEARCH_UNAVAILABLE', 'The encoder gave no answer.');
}

function toSearchError(error: unknown, kind: SearchQuery['kind']): unknown {
  if (!(error instanceof ClipClientError)) return error;
  return new HostError('SEARCH_UNAVAILABLE', unavailableText(error, kind), { cause: error });
}

function unavailableText(error: ClipClientError, kind: SearchQuery['kind']): string {
  const instead = kind === 'text' ? ' Searching by one of your photos still works.' : '';
  switch (error.code) {
    case 'DISABLED':
      return `No encoder is configured (APOLLO_URL=disabled), so words and uploads cannot be compared.${instead}`;
    case 'NO_TEXT':
      return `The model in use knows no words.${instead}`;
    case 'MISCONFIGURED':
      return `The encoder does not fit: ${error.message}.${instead}`;
    default:
      return `No encoder answers right now.${instead}`;
  }
}
