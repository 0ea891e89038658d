import { isAbsolute } from 'node:path';
import type { Library } from '@clip-watch/db';
import type { FastifyInstance } from 'fastify';
import {
  type ApiLibrary,
  GONE_ANSWER,
  ID_PARAMS,
  LIBRARIES,
  LIBRARY,
  LIBRARY_CHANGE,
  LIBRARY_DRAFT,
  SCAN_STARTED,
} from '../api/index.js';
import type { Host } from '../host/host.js';
import { addRoute } from '../http/route.js';
import { toApiCounts } from '../photos/to-api.js';

// What an absolute path is depends on the machine, so that it is not a part of the shape.
const DRAFT = LIBRARY_DRAFT.extend({
  rootPath: LIBRARY_DRAFT.shape.rootPath.refine(isAbsolute, 'is no absolute path'),
});

type Libraries = Pick<Host, 'keeper' | 'database' | 'config'>;

/** `/api/libraries` */
export function addLibraryRoutes(app: FastifyInstance, host: Libraries): void {
  const { keeper, config } = host;
  const toApi = (library: Library): Promise<ApiLibrary> => toApiLibrary(library, host);
  addRoute(app, {
    method: 'GET',
    url: '/api/libraries',
    summary: 'All libraries, in the order they were added',
    answer: LIBRARIES,
    handle: async () => ({ items: await Promise.all((await keeper.list()).map(toApi)) }),
  });
  addRoute(app, {
    method: 'POST',
    url: '/api/libraries',
    summary: 'Makes a folder of this machine a library; 200 when it is one already',
    body: DRAFT,
    answer: LIBRARY,
    async handle({ body, reply }) {
      const { library, isNew } = await keeper.add({ ...body, within: config.libraryRoots });
      if (isNew) reply.code(201);
      return toApi(library);
    },
  });
  addRoute(app, {
    method: 'PATCH',
    url: '/api/libraries/:id',
    summary: 'Changes the name or the excluded folders; photos that become excluded are hidden at once',
    params: ID_PARAMS,
    body: LIBRARY_CHANGE,
    answer: LIBRARY,
    handle: async ({ params, body }) => toApi(await keeper.update(params.id, body)),
  });
  addRoute(app, {
    method: 'DELETE',
    url: '/api/libraries/:id',
    summary: 'Forgets a library; its files are not touched',
    params: ID_PARAMS,
    successStatus: 204,
    handle: ({ params }) => keeper.remove(params.id),
  });
  addRoute(app, {
    method: 'POST',
    url: '/api/libraries/:id/scan',
    summary: 'Starts a scan, or joins the one that runs; does not wait for its end',
    params: ID_PARAMS,
    answer: SCAN_STARTED,
    successStatus: 202,
    async handle({ params }) {
      await keeper.requestScan(params.id);
      return { scanning: true };
    },
  });
  addQuestionRoutes(app, host);
}

/** What a scan asked, answered by a person. */
function addQuestionRoutes(app: FastifyInstance, host: Libraries): void {
  const { keeper, config } = host;
  addRoute(app, {
    method: 'POST',
    url: '/api/libraries/:id/accept-root',
    summary: 'What lies at the path now is the library: another folder, or the one that a link there leads to',
    params: ID_PARAMS,
    answer: LIBRARY,
    handle: async ({ params }) => toApiLibrary(await keeper.acceptRoot(params.id, config.libraryRoots), host),
  });
  addRoute(app, {
    method: 'POST',
    url: '/api/libraries/:id/gone',
    summary: 'Most photos are gone: their disk is away, or they were deleted and may be marked missing',
    params: ID_PARAMS,
    body: GONE_ANSWER,
    answer: LIBRARY,
    handle: async ({ params, body }) => toApiLibrary(await keeper.answerGone(params.id, body.answer), host),
  });
}

async function toApiLibrary(library: Library, { keeper, database }: Libraries): Promise<ApiLibrary> {
  return {
    id: library.id,
    name: library.name,
    rootPath: library.rootPath,
    excludedDirs: library.excludedDirs,
    state: library.state,
    stateReason: library.stateReason,
    question: library.question,
    answer: library.answer,
    lastScanAt: library.lastScanAt,
    scanning: keeper.isScanning(library.id),
    counts: toApiCounts(await database.images.counters(library.id)),
  };
}
