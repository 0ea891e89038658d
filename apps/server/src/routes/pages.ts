import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const PAGES: string = fileURLToPath(new URL('../../dist/web/', import.meta.url));

/** The built pages. They hold no data, so they need no token: the login is one of them. */
export async function addPageRoutes(app: FastifyInstance): Promise<void> {
  if (!existsSync(PAGES)) {
    app.log.warn('the pages are not built; the API works without them');
    return;
  }
  await app.register(fastifyStatic, {
    root: PAGES,
    wildcard: false,
    index: ['index.html'],
    setHeaders: (reply, path) => {
      // Vite names assets by their content.
      const isNamedByContent = path.includes('/assets/');
      reply.header('cache-control', isNamedByContent ? 'private, max-age=31536000, immutable' : 'private, no-cache');
    },
  });
}
