import type { FastifyInstance } from 'fastify';
import { HEALTH } from '../api/index.js';
import type { Host } from '../host/host.js';
import { createMetrics } from '../http/metrics.js';
import { HttpProblem } from '../http/problem.js';
import { addRoute } from '../http/route.js';

/** `/healthz`, `/readyz`, `/metrics`, `/api/openapi.json` */
export function addHealthRoutes(app: FastifyInstance, host: Host): void {
  const metrics = createMetrics(app, host);
  addRoute(app, {
    method: 'GET',
    url: '/healthz',
    summary: 'The process lives',
    answer: HEALTH,
    isOpen: true,
    handle: () => ({ status: 'ok' }),
  });
  addRoute(app, {
    method: 'GET',
    url: '/readyz',
    summary: 'The database answers',
    answer: HEALTH,
    isOpen: true,
    async handle() {
      const isReady = await host.database.clipState.read().then(
        () => true,
        () => false,
      );
      if (host.database.fault !== null)
        throw new HttpProblem('NOT_READY', 'The database file was deleted or replaced under the server. See the log.');
      if (!isReady) throw new HttpProblem('NOT_READY', 'The database does not answer.');
      return { status: 'ready' };
    },
  });
  addRoute(app, {
    method: 'GET',
    url: '/metrics',
    summary: 'Prometheus metrics',
    produces: 'text/plain',
    handle: async ({ reply }) => reply.type(metrics.contentType).send(await metrics.read()),
  });
  addRoute(app, {
    method: 'GET',
    url: '/api/openapi.json',
    summary: 'This interface as an OpenAPI document',
    handle: async () => app.swagger(),
  });
}
