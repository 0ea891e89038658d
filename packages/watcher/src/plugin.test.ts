import type { PluginContext, ServiceKey } from '@clip-watch/plugin-api';
import { expect, test } from 'vitest';
import type { DrainState } from './drain-types.js';
import { type ClipWatcherConfig, clipWatcherPlugin, drainOf, toHealth } from './plugin.js';
import { services } from './services.js';

test('the configuration is strict, and names each key that is wrong', () => {
  expect(clipWatcherPlugin.configSchema.parse({ pageSize: 10 })).toEqual({ pageSize: 10 });
  expect(clipWatcherPlugin.configSchema.parse(undefined)).toEqual({});
  const parse = () => clipWatcherPlugin.configSchema.parse({ pageSize: 0, leaseMs: 'long', pagesize: 3 });
  expect(parse).toThrow(/pageSize/);
  expect(parse).toThrow(/leaseMs/);
  expect(parse).toThrow(/pagesize/);
});

test('asks for the services that the host opens', () => {
  expect(clipWatcherPlugin.needs).toEqual([services.backlog, services.decodeHost, services.clipClient]);
});

test('without an encoder it is set up, disabled, and a tick touches nothing', async () => {
  const untouched = new Proxy({}, { get: (_, name) => Promise.reject(new Error(`touched ${String(name)}`)) });
  const clipClient = { isEnabled: false };
  const given: Readonly<Record<string, unknown>> = { backlog: untouched, decodeHost: untouched, clipClient };
  const ctx: PluginContext<ClipWatcherConfig> = {
    config: {},
    log: { debug() {}, info() {}, warn() {}, error() {} },
    signal: new AbortController().signal,
    service: <T>(key: ServiceKey<T>) => given[key.name] as T,
    libraries: async () => [],
  };
  const instance = await clipWatcherPlugin.setup(ctx);
  instance.tick?.({ id: 1, name: 'Family', rootPath: '/photos', rootIdentity: null, excludedDirs: [] }, ctx.signal);
  expect(instance.health()).toMatchObject({ state: 'disabled' });
  expect(drainOf(instance)?.status()).toMatchObject({ state: 'disabled', libraries: [] });
  await instance.stop();
});

test('another plugin has no drain', () => {
  expect(drainOf({ health: () => ({ state: 'idle' }), stop: async () => {} })).toBeUndefined();
});

test.each<[DrainState, string]>([
  ['disabled', 'disabled'],
  ['idle', 'idle'],
  ['draining', 'running'],
  ['waiting', 'degraded'],
  ['misconfigured', 'degraded'],
  ['paused', 'idle'],
  ['closed', 'idle'],
])('a drain that is %s shows as %s', (state, health) => {
  expect(toHealth({ state, reason: 'why' }).state).toBe(health);
});
