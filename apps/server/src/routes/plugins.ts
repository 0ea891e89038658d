import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { PLUGINS } from '../api/index.js';
import { addRoute } from '../http/route.js';
import type { PluginHost } from '../plugins/plugin-host.js';

const QUERY = z.record(z.string(), z.string());
const PARAMS = z.record(z.string(), z.string());

/** `GET /api/plugins`, and each plugin's own routes below `/api/plugins/<name>`. */
export function addPluginRoutes(app: FastifyInstance, plugins: PluginHost): void {
  addRoute(app, {
    method: 'GET',
    url: '/api/plugins',
    summary: 'The plugins and how they are',
    answer: PLUGINS,
    handle: () => ({
      items: plugins
        .reports()
        .map(({ name, health }) => ({ name, state: health.state, reason: health.reason ?? null })),
    }),
  });
  for (const { plugin, route } of plugins.routes())
    addRoute(app, {
      method: route.method,
      url: `/api/plugins/${plugin}${route.path.startsWith('/') ? '' : '/'}${route.path}`,
      summary: `A route of the plugin ${plugin}`,
      params: PARAMS,
      query: QUERY,
      handle: ({ params, query, body, signal }) => route.handle({ params, query, body, signal }),
    });
}
