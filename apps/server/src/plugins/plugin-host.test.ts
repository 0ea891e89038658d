import { definePlugin, type Plugin, type PluginInstance, serviceKey } from '@clip-watch/plugin-api';
import { expect, test } from 'vitest';
import { createPluginHost, type PluginHost } from './plugin-host.js';

const LIBRARY = { id: 1, name: 'one', rootPath: '/photos', rootIdentity: null, excludedDirs: [] };
const CLOCK = serviceKey<{ now(): number }>('clock');
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

function host(): PluginHost {
  return createPluginHost({
    services: new Map([[CLOCK.name, { now: () => 7 }]]),
    libraries: async () => [LIBRARY],
    logFor: () => SILENT,
    setupTimeoutMs: 50,
    stopGraceMs: 50,
    routeTimeoutMs: 50,
    callLimitMs: 100,
  });
}

function plugin(name: string, instance: Partial<PluginInstance>, parts: Partial<Plugin> = {}): Plugin {
  return definePlugin({
    name,
    apiVersion: 1,
    configSchema: { parse: (input) => input },
    setup: () => ({ health: () => ({ state: 'idle' as const }), stop: async () => {}, ...instance }),
    ...parts,
  });
}

const source = (made: Plugin, config?: unknown): { plugin: Plugin; config: unknown } => ({ plugin: made, config });

test('starts in order, stops in reverse', async () => {
  const order: string[] = [];
  const one = (name: string): Plugin =>
    plugin(
      name,
      {},
      {
        setup: () => {
          order.push(`start ${name}`);
          return { health: () => ({ state: 'idle' }), stop: async () => void order.push(`stop ${name}`) };
        },
      },
    );
  const plugins = host();
  await plugins.start([source(one('a')), source(one('b'))]);
  await plugins.stop();
  expect(order).toEqual(['start a', 'start b', 'stop b', 'stop a']);
});

test('a plugin that throws in its tick is shown as failed and called no more; the others go on', async () => {
  let throws = 0;
  let works = 0;
  const plugins = host();
  await plugins.start([
    source(
      plugin('bad', {
        tick() {
          throws++;
          throw new Error('broken');
        },
      }),
    ),
    source(plugin('good', { tick: () => void works++ })),
  ]);
  plugins.tick(LIBRARY);
  plugins.tick(LIBRARY);
  expect([throws, works]).toEqual([1, 2]);
  expect(plugins.reports().map(({ health }) => health.state)).toEqual(['failed', 'idle']);
  expect(plugins.reports()[0]?.health.reason).toContain('broken');
});

test('a tick that gives back a rejected promise fails the plugin, not the process', async () => {
  const plugins = host();
  await plugins.start([source(plugin('async-bad', { tick: (() => Promise.reject(new Error('later'))) as never }))]);
  plugins.tick(LIBRARY);
  await expect.poll(() => plugins.reports()[0]?.health.state).toBe('failed');
});

const forEver = (): never => {
  for (;;);
};
const handleForEver = { method: 'GET', path: '/report', handle: async () => forEver() } as const;

test.each<[string, Partial<PluginInstance>, (plugins: PluginHost) => unknown]>([
  ['tick', { tick: forEver }, (plugins) => plugins.tick(LIBRARY)],
  ['health', { health: forEver }, (plugins) => plugins.reports()],
  ['route', { routes: [handleForEver] }, (plugins) => callOnly(plugins).catch(() => {})],
])(
  'a plugin that loops for ever in its %s is cut off, shown as failed and called no more',
  async (what, parts, call) => {
    const plugins = host();
    await plugins.start([source(plugin('looping', parts)), source(plugin('good', {}))]);
    await call(plugins);
    expect(plugins.reports().map(({ health }) => health.state)).toEqual(['failed', 'idle']);
    expect(plugins.reports()[0]?.health.reason).toContain(`its ${what} failed: it held up the whole server`);
    let calls = 0;
    Object.assign(plugins.instance('looping') ?? {}, { tick: () => calls++, health: () => calls++ });
    plugins.tick(LIBRARY);
    plugins.reports();
    if (what === 'route') await expect(callOnly(plugins)).rejects.toMatchObject({ code: 'PLUGIN' });
    expect(calls).toBe(0);
  },
);

test.each<[string, Partial<Plugin>]>([
  ['setup', { setup: forEver }],
  ['configuration', { configSchema: { parse: forEver } }],
])('one whose %s loops for ever is cut off, and the host goes on', async (_, parts) => {
  const plugins = host();
  await plugins.start([source(plugin('looping', {}, parts)), source(plugin('good', {}))]);
  expect(plugins.reports().map(({ health }) => health.state)).toEqual(['failed', 'idle']);
});

test('a stop that loops for ever is cut off, and the others are stopped', async () => {
  let stopped = 0;
  const plugins = host();
  await plugins.start([
    source(plugin('good', { stop: async () => void stopped++ })),
    source(plugin('looping', { stop: forEver })),
  ]);
  await plugins.stop();
  expect(stopped).toBe(1);
});

test('a slow tick shows', async () => {
  const plugins = host();
  const busy = (): void => {
    const until = performance.now() + 60;
    while (performance.now() < until);
  };
  await plugins.start([source(plugin('slow', { tick: busy }))]);
  plugins.tick(LIBRARY);
  expect(plugins.reports()[0]?.health).toMatchObject({ state: 'degraded' });
});

test.each([
  ['hangs', plugin('x', {}, { setup: () => new Promise<never>(() => {}) }), 'longer than'],
  ['throws', plugin('x', {}, { setup: () => Promise.reject(new Error('no disk')) }), 'no disk'],
  ['has a bad name', plugin('Bad Name', {}), 'lower-case'],
  ['is of another version', plugin('x', {}, { apiVersion: 2 as never }), 'version 2'],
  ['needs what is not here', plugin('x', {}, { needs: [serviceKey('database')] }), 'database'],
])('one that %s at its start is shown, and the host goes on', async (_, made, reason) => {
  const plugins = host();
  await plugins.start([source(made), source(plugin('good', {}))]);
  expect(plugins.reports().map(({ health }) => health.state)).toEqual(['failed', 'idle']);
  expect(plugins.reports()[0]?.health.reason).toContain(reason);
  await plugins.stop();
});

test('a bad configuration names its key', async () => {
  const configSchema = {
    parse(): never {
      throw new Error('speed: is no number');
    },
  };
  const plugins = host();
  await plugins.start([source(plugin('x', {}, { configSchema }), { speed: 'fast' })]);
  expect(plugins.reports()[0]?.health.reason).toContain('speed');
});

test('two of one name: the second is refused', async () => {
  const plugins = host();
  await plugins.start([source(plugin('x', {})), source(plugin('x', {}))]);
  expect(plugins.reports().map(({ health }) => health.state)).toEqual(['idle', 'failed']);
});

test('gives services that were asked for in needs, and no others', async () => {
  const seen: unknown[] = [];
  const asks = (needs: Plugin['needs']): Plugin =>
    plugin(
      needs === undefined ? 'without' : 'with',
      {},
      {
        ...(needs === undefined ? {} : { needs }),
        setup: (ctx) => {
          seen.push(ctx.service(CLOCK).now());
          return { health: () => ({ state: 'idle' }), stop: async () => {} };
        },
      },
    );
  const plugins = host();
  await plugins.start([source(asks([CLOCK])), source(asks(undefined))]);
  expect(seen).toEqual([7]);
  expect(plugins.reports()[1]?.health.reason).toContain('needs');
});

test('a health that throws, and a stop that hangs, are survived', async () => {
  const plugins = host();
  await plugins.start([
    source(
      plugin('x', {
        health() {
          throw new Error('dizzy');
        },
        stop: () => new Promise(() => {}),
      }),
    ),
  ]);
  expect(plugins.reports()[0]?.health).toMatchObject({ state: 'failed', reason: expect.stringContaining('dizzy') });
  await plugins.stop();
});

const REQUEST = { params: {}, query: {}, body: undefined, signal: new AbortController().signal };

async function callOnly(plugins: PluginHost): Promise<unknown> {
  return await plugins.routes()[0]?.route.handle(REQUEST);
}

test.each([
  ['throws', () => Promise.reject(new Error('no such table')), 'no such table'],
  [
    'throws at once',
    () => {
      throw new Error('at once');
    },
    'at once',
  ],
  ['hangs', () => new Promise<never>(() => {}), 'longer than 50 ms'],
])('a route that %s is answered for, and shown until it works again', async (_, broken, reason) => {
  let isBroken = true;
  const handle = (): Promise<unknown> => (isBroken ? broken() : Promise.resolve(undefined));
  const plugins = host();
  await plugins.start([source(plugin('x', { routes: [{ method: 'GET', path: '/report', handle }] }))]);
  await expect(callOnly(plugins)).rejects.toMatchObject({ code: 'PLUGIN' });
  expect(plugins.reports()[0]?.health).toMatchObject({ state: 'degraded', reason: expect.stringContaining(reason) });
  isBroken = false;
  expect(await callOnly(plugins)).toBeNull();
  expect(plugins.reports()[0]?.health.state).toBe('idle');
});

test('a refusal of a route passes through, and is no failure', async () => {
  const refusal = Object.assign(new Error('which one?'), { statusCode: 400 });
  const plugins = host();
  await plugins.start([
    source(plugin('x', { routes: [{ method: 'GET', path: '/report', handle: () => Promise.reject(refusal) }] })),
  ]);
  await expect(callOnly(plugins)).rejects.toBe(refusal);
  expect(plugins.reports()[0]?.health.state).toBe('idle');
});

const handle = async (): Promise<unknown> => 1;
test.each<[string, unknown, string]>([
  ['nothing', undefined, 'no instance'],
  ['no health', { stop: async () => {} }, 'no instance'],
  ['a tick that is none', { tick: 7 }, 'no function'],
  ['a route of another method', { routes: [{ method: 'PUT', path: '/a', handle }] }, 'PUT /a'],
  ['a route that leads elsewhere', { routes: [{ method: 'GET', path: '/../libraries', handle }] }, 'libraries'],
  ['a route with wildcards', { routes: [{ method: 'GET', path: '/*', handle }] }, 'GET /*'],
  ['two equal routes', { routes: ['/a/:b', 'a/:c'].map((path) => ({ method: 'GET', path, handle })) }, 'two of'],
])('an instance with %s is not taken', async (_, parts, reason) => {
  const whole = { health: () => ({ state: 'idle' }), stop: async () => {} };
  const instance = parts === undefined || 'stop' in (parts as object) ? parts : { ...whole, ...(parts as object) };
  const plugins = host();
  await plugins.start([source(plugin('x', {}, { setup: () => instance as PluginInstance }))]);
  expect(plugins.reports()[0]?.health).toMatchObject({ state: 'failed', reason: expect.stringContaining(reason) });
  expect(plugins.routes()).toEqual([]);
});

test('a health that is none shows as failed', async () => {
  const plugins = host();
  await plugins.start([source(plugin('x', { health: () => ({ state: 'great' }) as never }))]);
  expect(plugins.reports()[0]?.health).toMatchObject({ state: 'failed', reason: expect.stringContaining('great') });
});
