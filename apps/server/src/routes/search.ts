import type { ImageRow, Library } from '@clip-watch/db';
import type { CropBox } from '@clip-watch/watcher';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { HostError } from '../errors.js';
import type { Host } from '../host/host.js';
import { SEARCH_ANSWER } from '../http/answers.js';
import { HttpProblem } from '../http/problem.js';
import { addRoute } from '../http/route.js';
import type { Uploads } from '../http/uploads.js';
import { decodeOffset } from '../search/cursor.js';
import type { SearchQuery } from '../search/search-service.js';
import type { SearchFilter } from '../search/segment-store.js';
import { CURSOR, LIBRARY_ID, limit, TIME } from './query-parts.js';
import { refusedOriginal } from './send-original.js';

const LONGEST_TEXT = 2_000;
const fraction = z.number().min(0).max(1);
const CROP = z
  .strictObject({ x: fraction, y: fraction, width: fraction.gt(0), height: fraction.gt(0) })
  .refine(isInside, 'reaches beyond the picture');
const words = z.string().trim().min(1, 'is empty').max(LONGEST_TEXT, `is longer than ${LONGEST_TEXT} characters`);
const time = z.number().int().min(-1e15).max(1e15).optional();

const SEARCH = z
  .strictObject({
    text: words.optional(),
    notText: z.string().max(LONGEST_TEXT).optional(),
    imageId: z
      .number()
      .int()
      .min(1)
      .max(2 ** 31 - 1)
      .optional(),
    crop: CROP.optional(),
    library: z.number().int().min(1).optional(),
    camera: z.string().max(200).optional(),
    takenAfter: time,
    takenBefore: time,
    minScore: z.number().min(-1).max(1).optional(),
    limit: z.number().int().min(1).max(500).default(50),
    cursor: z.string().min(1).max(500).optional(),
  })
  .refine(
    ({ text, imageId }) => (text === undefined) !== (imageId === undefined),
    'exactly one of text and imageId is needed',
  )
  .refine(({ text, crop }) => text === undefined || crop === undefined, 'a crop needs an imageId')
  .refine(({ text, notText }) => text !== undefined || notText === undefined, 'notText needs a text');

const UPLOAD_QUERY = z.strictObject({
  library: LIBRARY_ID,
  camera: z.string().max(200).optional(),
  takenAfter: TIME,
  takenBefore: TIME,
  minScore: z
    .string()
    .regex(/^-?(\d|\d?\.\d{1,20})$/, 'is no number from -1 to 1')
    .transform(Number)
    .pipe(z.number().min(-1).max(1))
    .optional(),
  limit: limit(50, 500),
  cursor: CURSOR,
  crop: z
    .string()
    .regex(/^[\d.]{1,24}(,[\d.]{1,24}){3}$/, 'is not x,y,width,height')
    .transform((text) => CROP.parse(toCrop(text)))
    .optional(),
});

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
    body: SEARCH,
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

async function toQuery(host: Host, { text, notText, imageId, crop }: z.infer<typeof SEARCH>): Promise<Asked> {
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

function toCrop(text: string): CropBox {
  const [x = 0, y = 0, width = 0, height = 0] = text.split(',').map(Number);
  return { x, y, width, height };
}

function isInside({ x, y, width, height }: CropBox): boolean {
  return x + width <= 1 + 1e-9 && y + height <= 1 + 1e-9;
}
