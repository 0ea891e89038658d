import type { FastifyInstance } from 'fastify';
import { HttpProblem } from './problem.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Remembers the routes that are added from now on.
 * @returns adds to each path an answer to all methods that it has no route for
 */
export function watchMethods(app: FastifyInstance): () => void {
  const known = new Map<string, string[]>();
  app.addHook('onRoute', ({ url, method }) => {
    if (!url.includes('*')) known.set(url, [...(known.get(url) ?? []), ...[method].flat()]);
  });
  return () => {
    for (const [url, fitting] of [...known]) refuseOthers(app, url, fitting);
  };
}

function refuseOthers(app: FastifyInstance, url: string, fitting: readonly string[]): void {
  const allow = fitting.join(', ');
  app.route({
    method: METHODS.filter((method) => !fitting.includes(method)),
    url,
    schema: { hide: true },
    handler(request, reply) {
      reply.header('allow', allow);
      throw new HttpProblem('METHOD_NOT_ALLOWED', `There is no ${request.method} here, only ${allow}.`);
    },
  });
}
