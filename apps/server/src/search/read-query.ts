/** From what somebody looks for to a vector: words and pictures through an encoder, photos from the table. */
import { deadlineSignal } from '@clip-watch/basics';
import { type ClipClient, ClipClientError } from '@clip-watch/clip-client';
import type { ClipModelState, Database } from '@clip-watch/db';
import type { CropBox, EncodeTarget, PreparedPicture } from '@clip-watch/watcher';
import { HostError, type HostErrorCode } from '../errors.js';
import type { OnDemandDecoder, WantedPhoto } from '../photos/on-demand-decoder.js';
import { photoChanged } from '../photos/photo-changed.js';
import type { QueryVectors } from './query-vectors.js';
import type { SearchIndex } from './search-index.js';
import { subtractVector } from './subtract-vector.js';

export interface QueryReaderDeps {
  readonly database: Pick<Database, 'images'>;
  readonly index: Pick<SearchIndex, 'modelVersion'>;
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

/** A query as a vector of one model. */
export interface QueryVector {
  readonly vector: Float32Array;
  readonly modelVersion: string;
  readonly exceptId?: number;
}

export interface QueryReader {
  /** Whether the query can be answered only while an encoder is there. */
  needsEncoder(query: SearchQuery): boolean;
  /** @throws HostError as `SearchService.search` */
  vectorOf(query: SearchQuery, models: ClipModelState, signal?: AbortSignal): Promise<QueryVector>;
}

export function createQueryReader({ database, index, clipClient, texts, decoder }: QueryReaderDeps): QueryReader {
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
    const picture = await decoder.prepareForSearch(query.file, target, options);
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

  return { needsEncoder, vectorOf };
}

function wordsOf(text: string | undefined): string | undefined {
  return text?.trim() === '' ? undefined : text;
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
