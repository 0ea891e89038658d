import multipart from '@fastify/multipart';
import sse from '@fastify/sse';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Host } from '../host/host.js';
import { closeOriginals } from '../photos/open-original.js';
import type { ThumbnailCache } from '../photos/thumbnail-cache.js';
import { addAuthRoutes } from '../routes/auth.js';
import { addClipRoutes } from '../routes/clip.js';
import { addEventRoutes } from '../routes/events.js';
import { addHealthRoutes } from '../routes/health.js';
import { addImageRoutes } from '../routes/images.js';
import { addLibraryRoutes } from '../routes/libraries.js';
import { addPageRoutes } from '../routes/pages.js';
import { addPluginRoutes } from '../routes/plugins.js';
import { addSearchRoutes } from '../routes/search.js';
import type { AccessRules } from './access.js';
import type { CountGuess, GuessLimits } from './guess-limit.js';
import type { LoginLink } from './login-link.js';
import { watchMethods } from './other-methods.js';
import type { IsOwnPeer } from './own-peers.js';
import { installProblems } from './problem.js';
import { installSecurity } from './security.js';
import { trustOf } from './trusted-proxies.js';
import type { PaceLimits } from './upload-pace.js';
import { openUploadSpool, type SpoolLimits } from './upload-spool.js';
import { createUploads, type Uploads } from './uploads.js';

/** What the HTTP part is given. */
export interface AppOptions {
  readonly access: AccessRules;
  /** Connections that need no token: the server's own user on loopback. Without it there are none. */
  readonly isOwnPeer?: IsOwnPeer;
  /** Signs in once in the token's place. */
  readonly loginLink?: LoginLink;
  readonly thumbnails: ThumbnailCache;
  /** Default 6,000. */
  readonly requestsPerMinute?: number;
  /** Wrong proofs in a minute. Default 10 by address and 100 in all. */
  readonly guesses?: GuessLimits;
  /** How often a silent event stream shows that it lives. Default 30,000. */
  readonly heartbeatMs?: number;
  /** What uploads may take, and how slowly they may come. */
  readonly uploads?: { readonly spool?: SpoolLimits; readonly pace?: PaceLimits };
}

export const LARGEST_UPLOAD_BYTES: number = 64 << 20;
const LARGEST_BODY_BYTES = 1 << 20;

/**
 * The HTTP side, built without listening: tests inject requests, `serve` listens.
 * @throws HostError DATA_FOLDER; nothing stays open then
 */
export async function createApp(host: Host, options: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    // Fastify's type of a logger is a part of pino's.
    loggerInstance: host.log.child({ component: 'http' }) as FastifyBaseLogger,
    // Addresses hold what people search for.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: LARGEST_BODY_BYTES,
    trustProxy: trustOf(host.config.trustProxy),
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
    requestTimeout: 120_000,
    handlerTimeout: 0,
    rewriteUrl: (request) => withoutBase(request.url ?? '/', host.config.basePath),
  });
  // Routes check their input and shape their answers themselves; the schemas are documentation here.
  app.setValidatorCompiler(() => (value: unknown) => ({ value }));
  app.setSerializerCompiler(() => (value: unknown) => JSON.stringify(value));
  installProblems(app);
  redirectToSlash(app, host.config.basePath);
  const countGuess = await installSecurity(app, { ...options, basePath: host.config.basePath });
  await app.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: { title: 'clip-watch', version: '1', description: 'Search your own photos by words.' },
    },
  });
  await app.register(sse.default, { heartbeatInterval: options.heartbeatMs ?? 30_000 });
  await app.register(multipart, { limits: { files: 1, fileSize: LARGEST_UPLOAD_BYTES, fields: 0, parts: 1 } });
  app.addHook('onClose', async () => closeOriginals());
  try {
    await addRoutes(app, host, options, countGuess);
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

async function addRoutes(app: FastifyInstance, host: Host, options: AppOptions, countGuess: CountGuess): Promise<void> {
  const refuseOtherMethods = watchMethods(app);
  addHealthRoutes(app, host);
  addAuthRoutes(app, { basePath: host.config.basePath, ...options, countGuess });
  addLibraryRoutes(app, host);
  addClipRoutes(app, host);
  addImageRoutes(app, host, options.thumbnails);
  addSearchRoutes(app, host, await openUploads(app, host, options.uploads));
  addEventRoutes(app, host);
  addPluginRoutes(app, host.plugins);
  refuseOtherMethods();
  await addPageRoutes(app);
}

async function openUploads(
  app: FastifyInstance,
  { config }: Host,
  { spool: limits, pace }: AppOptions['uploads'] = {},
): Promise<Uploads> {
  const spool = await openUploadSpool(config.dataDir, limits);
  app.addHook('onClose', () => spool.close());
  return createUploads({ spool, ...(pace === undefined ? {} : { pace }) });
}

/** The page names its scripts relative to itself: without the slash they would be looked for beside the base path. */
function redirectToSlash(app: FastifyInstance, basePath: string): void {
  if (basePath === '') return;
  app.addHook('onRequest', async (request, reply) => {
    const [path, query] = request.originalUrl.split('?', 2);
    if (path === basePath) return reply.redirect(`${basePath}/${query === undefined ? '' : `?${query}`}`, 308);
  });
}

/** Some proxies pass the base path on, some cut it off: both arrive at the same routes. */
export function withoutBase(url: string, basePath: string): string {
  if (basePath === '' || !url.startsWith(basePath)) return url;
  const rest = url.slice(basePath.length);
  return rest === '' || rest.startsWith('/') || rest.startsWith('?') ? `/${rest.replace(/^\//, '')}` : url;
}
