import type { ImageRow, Library } from '@clip-watch/db';
import type { FastifyInstance } from 'fastify';
import { EXPLANATION, FILTERS, ID_PARAMS, IMAGE, IMAGE_QUERY, IMAGES, THUMBNAIL_QUERY } from '../api/index.js';
import type { Host } from '../host/host.js';
import { isKnownTag } from '../http/etag.js';
import { HttpProblem } from '../http/problem.js';
import { addRoute } from '../http/route.js';
import { explainImage } from '../photos/explain.js';
import { photoChanged } from '../photos/photo-changed.js';
import type { ThumbnailCache } from '../photos/thumbnail-cache.js';
import { toApiImage } from '../photos/to-api.js';
import { refusedOriginal, sendOriginal } from './send-original.js';

/** `/api/images`, and what they can be filtered by. */
export function addImageRoutes(app: FastifyInstance, host: Host, thumbnails: ThumbnailCache): void {
  addDataRoutes(app, host);
  addRoute(app, {
    method: 'GET',
    url: '/api/images/:id/thumbnail',
    summary: 'A WebP whose longer side is at most 512 (grid) or 1920 (view)',
    params: ID_PARAMS,
    query: THUMBNAIL_QUERY,
    produces: 'image/webp',
    async handle({ params, query, request, reply, signal }) {
      const { row, library } = await findShown(host, params.id);
      const etag = thumbnails.etagOf(row.contentHash, query.size);
      const isKnown = isKnownTag(request.headers['if-none-match'], etag);
      // The photo's hash names the bytes: a browser that has them needs no look at the disk.
      const { relPath, contentHash, fileSize } = row;
      const { rootPath, rootIdentity } = library;
      const photo = { rootPath, rootIdentity, relPath, contentHash, fileSize };
      const picture = isKnown ? null : await thumbnails.get(photo, query.size, signal);
      if (picture?.kind === 'changed') {
        host.keeper.reread(library.id, relPath);
        throw photoChanged();
      }
      if (picture?.kind === 'failed' && (library.state === 'offline' || picture.reason === 'root_changed'))
        throw refusedOriginal(library, 'ROOT_CHANGED');
      if (picture?.kind === 'failed') throw new HttpProblem('PHOTO_UNREADABLE', picture.message);
      reply.header('etag', etag).header('cache-control', 'private, no-cache');
      return picture === null ? reply.code(304).send() : reply.type('image/webp').send(picture.data);
    },
  });
  addRoute(app, {
    method: 'GET',
    url: '/api/images/:id/original',
    summary: 'The file as it lies on disk; ranges are answered',
    params: ID_PARAMS,
    produces: 'application/octet-stream',
    async handle({ params, request, reply }) {
      const { row, library } = await findShown(host, params.id);
      return sendOriginal(request, reply, library, row);
    },
  });
}

function addDataRoutes(app: FastifyInstance, { database, config, control }: Host): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/images',
    summary: 'Photos, newest first; a page may be short, or empty, and still have a nextCursor',
    query: IMAGE_QUERY,
    answer: IMAGES,
    async handle({ query }) {
      const { library, camera, takenAfter, takenBefore, cursor } = query;
      const page = await database.images.pageImages({
        limit: query.limit,
        ...(library === undefined ? {} : { libraryId: library }),
        ...(camera === undefined ? {} : { camera }),
        ...(takenAfter === undefined ? {} : { takenAfter }),
        ...(takenBefore === undefined ? {} : { takenBefore }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      return { items: page.items.map(toApiImage), nextCursor: page.nextCursor };
    },
  });
  addRoute(app, {
    method: 'GET',
    url: '/api/filters',
    summary: 'The cameras and months that photos can be narrowed to',
    answer: FILTERS,
    async handle() {
      const [cameras, months] = await Promise.all([database.images.cameras(), database.images.months()]);
      return { cameras, months };
    },
  });
  addRoute(app, {
    method: 'GET',
    url: '/api/images/:id',
    summary: 'One photo with its EXIF data',
    params: ID_PARAMS,
    answer: IMAGE,
    handle: async ({ params }) => toApiImage((await find(database, params.id)).row),
  });
  addRoute(app, {
    method: 'GET',
    url: '/api/images/:id/clip',
    summary: 'Why the photo is searchable, or not',
    params: ID_PARAMS,
    answer: EXPLANATION,
    async handle({ params }) {
      const { row, library } = await find(database, params.id);
      const { activeModelVersion } = await database.clipState.read();
      const drain = control.status();
      const standstill = config.apolloUrl.enabled
        ? (drain.reason ?? null)
        : 'No encoder is configured (APOLLO_URL=disabled).';
      return explainImage(row, { libraryState: library.state, standstill, activeModelVersion, now: Date.now() });
    },
  });
}

interface Found {
  readonly row: ImageRow;
  readonly library: Library;
}

async function find(database: Host['database'], id: number): Promise<Found> {
  const row = await database.images.findImage(id);
  const library = row === null ? null : await database.libraries.find(row.libraryId);
  if (row === null || library === null) throw new HttpProblem('NOT_FOUND', `There is no photo ${id}.`);
  return { row, library };
}

/** Excluded photos are never read. */
async function findShown({ database }: Host, id: number): Promise<Found> {
  const found = await find(database, id);
  if (found.row.clip.status === 'skipped') throw new HttpProblem('NOT_FOUND', 'The photo is excluded.');
  return found;
}
