import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Host } from '../host/host.js';

export interface Metrics {
  readonly contentType: string;
  read(): Promise<string>;
}

// Labels hold states and routes only: a path or a query would tell about photos, and grow without bound.
export function createMetrics(app: FastifyInstance, host: Host): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, labelNames: readonly string[] = []): Gauge<string> =>
    new Gauge({ name: `clip_watch_${name}`, help, labelNames, registers: [registry] });
  const photos = gauge('photos', 'Photos by state', ['status']);
  const rate = gauge('images_per_second', 'Photos encoded per second');
  const running = gauge('state', '1 for the state of the encoding', ['state']);
  const encoders = gauge('encoder_in_flight', 'Photos sent and not yet answered', ['address']);
  const offline = gauge('libraries_offline', 'Libraries that are away');
  const indexed = gauge('search_rows', 'Photos that a search looks at');
  const plugins = gauge('plugin_failed', '1 for a plugin that failed', ['plugin']);
  const durations = new Histogram({
    name: 'clip_watch_http_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    durations.observe(
      { method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode },
      reply.elapsedTime / 1_000,
    );
  });

  const refresh = async (): Promise<void> => {
    const status = await host.status();
    for (const key of ['encoded', 'pending', 'failed', 'skipped', 'missing'] as const)
      photos.set({ status: key }, status[key]);
    rate.set(status.imagesPerSecond);
    running.reset();
    running.set({ state: status.state }, 1);
    for (const { address, inFlight } of status.encoders) encoders.set({ address }, inFlight);
    offline.set(status.libraries.filter(({ state }) => state === 'offline').length);
    indexed.set(host.search.index.size);
    for (const { name, health } of host.plugins.reports())
      plugins.set({ plugin: name }, health.state === 'failed' ? 1 : 0);
  };
  return {
    contentType: registry.contentType,
    async read() {
      await refresh();
      return registry.metrics();
    },
  };
}
