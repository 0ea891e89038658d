import type { ImageRow, Library } from '@clip-watch/db';
import type { FastifyInstance } from 'fastify';
import { type Output, SEARCH_ANSWER, SEARCH_REQUEST, UPLOAD_QUERY } from '../api/index.js';
import { HostError } from '../errors.js';
import type { Host } from '../host/host.js';
import { HttpProblem } from '../http/problem.js';
import { addRoute } from '../http/route.js';
import type { Uploads } from '../http/uploads.js';
import { decodeOffset } from '../search/cursor.js';
import type { SearchQuery } from '../search/search-service.js';
import type { SearchFilter } from '../search/segment-store.js';
import { refusedOriginal } from './send-original.js';

interface Filters {
  readonly library?: number | undefined;
  readonly camera?: string | undefined;
  readonly takenAfter?: number | undefined;
  readonly takenBefore?: number | undefined;
}

// A search costs a pass over all vectors, an upload a decode and an encode besides.
const SEARCHES = { rateLimit: { max: 600, timeWindow: '1 minute' } };
const UPLOADS = { rateLimit: { max: 60, timeWindow: '1 minute' } };

/** `POST /api/search`, `POST /api/search/image` */
export function addSearchRoutes(app: FastifyInstance, host: Host, uploads: Uploads): void {
  addRoute(app, {
    method: 'POST',
    url: '/api/search',
    summary: 'Photos by words, by words without others, by a photo, or by a part of one',
    body: SEARCH_REQUEST,
    answer: SEARCH_ANSWER,
    options: { config: SEARCHES },
    async handle({ body, signal }) {
      const { query, library, relPath } = await toQuery(host, body);
      const wanted = {
        filter: toFilter(body),
        ...(body.minScore === undefined ? {} : { minScore: body.minScore }),
        limit: body.limit,
        offset: toOffset(body.cursor),
        signal,
      };
      try {
        return await host.search.search(query, wanted);
      } catch (error) {
        if (library === undefined || !(error instanceof HostError)) throw error;
        if (error.code === 'PHOTO_CHANGED') host.keeper.reread(library.id, relPath);
        throw error.code === 'NOT_FOUND' ? refusedOriginal(library) : error;
      }
    },
  });
  addRoute(app, {
    method: 'POST',
    url: '/api/search/image',
    summary: 'Photos that look like an uploaded picture (multipart field "image")',
    query: UPLOAD_QUERY,
    answer: SEARCH_ANSWER,
    options: { config: UPLOADS },
    async handle({ query, request, reply, signal }) {
      await using file = await uploads.receive(request, reply, 'image');
      const wanted: SearchQuery = { kind: 'picture', file, ...(query.crop === undefined ? {} : { crop: query.crop }) };
      return await host.search.search(wanted, {
        filter: toFilter(query),
        ...(query.minScore === undefined ? {} : { minScore: query.minScore }),
        limit: query.limit,
        offset: toOffset(query.cursor),
        signal,
      });
    },
  });
}

interface Asked {
  readonly query: SearchQuery;
  /** Of the photo whose part is searched by. */
  readonly library?: Library;
  readonly relPath: string;
}

async function toQuery(host: Host, { text, notText, imageId, crop }: Output<typeof SEARCH_REQUEST>): Promise<Asked> {
  if (text !== undefined)
    return { relPath: '', query: { kind: 'text', text, ...(notText === undefined ? {} : { notText }) } };
  const id = imageId!; // The schema asks for exactly one of the two.
  if (crop === undefined) return { relPath: '', query: { kind: 'image', imageId: id } };
  const { row, library } = await findPhoto(host, id);
  const { relPath, contentHash, fileSize } = row;
  const { rootPath, rootIdentity } = library;
  const file = { rootPath, rootIdentity, relPath, contentHash, fileSize };
  return { library, relPath, query: { kind: 'picture', file, crop, exceptId: id } };
}

async function findPhoto(
  { database }: Host,
  id: number,
): Promise<{ readonly row: ImageRow; readonly library: Library }> {
  const row = await database.images.findImage(id);
  const library = row === null ? null : await database.libraries.find(row.libraryId);
  if (row === null || library === null || row.clip.status === 'skipped')
    throw new HttpProblem('NOT_FOUND', `There is no photo ${id}.`);
  return { row, library };
}

function toFilter({ library, camera, takenAfter, takenBefore }: Filters): SearchFilter {
  return {
    ...(library === undefined ? {} : { libraryId: library }),
    ...(camera === undefined ? {} : { camera }),
    ...(takenAfter === undefined ? {} : { takenAfter }),
    ...(takenBefore === undefined ? {} : { takenBefore }),
  };
}

function toOffset(cursor: string | undefined): number {
  const offset = decodeOffset(cursor);
  if (offset === undefined) throw new HttpProblem('BAD_REQUEST', 'cursor: is not one that a search gave out');
  return offset;
}
