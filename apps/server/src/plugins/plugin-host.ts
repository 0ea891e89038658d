import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Plugin,
  PluginContext,
  PluginHealth,
  PluginInstance,
  PluginLibrary,
  PluginLogger,
  PluginRoute,
  ServiceKey,
} from '@clip-watch/plugin-api';
import { messageOf } from '../errors.js';

export interface PluginSource {
  readonly plugin: Plugin<never> | Plugin;
  readonly config: unknown;
}

export interface PluginReport {
  readonly name: string;
  readonly health: PluginHealth;
}

export interface PluginHostDeps {
  readonly services: ReadonlyMap<string, unknown>;
  libraries(): Promise<readonly PluginLibrary[]>;
  logFor(name: string): PluginLogger;
  readonly setupTimeoutMs?: number;
  readonly stopGraceMs?: number;
}

/** Starts plugins in order, wakes them, shows their health, stops them in reverse. A bad one is shown, not obeyed. */
export interface PluginHost {
  start(sources: readonly PluginSource[]): Promise<void>;
  tick(library: PluginLibrary): void;
  reports(): readonly PluginReport[];
  routes(): readonly { readonly plugin: string; readonly route: PluginRoute }[];
  instance(name: string): PluginInstance | undefined;
  stop(): Promise<void>;
}

interface Running {
  readonly name: string;
  readonly log: PluginLogger;
  instance: PluginInstance | undefined;
  /** Why it does not run; the plugin stays in the list so that people see it. */
  failure: string | undefined;
  slowTicks: number;
}

const SETUP_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 5_000;
// A tick only wakes work: one that takes longer holds up the host's event loop.
const SLOW_TICK_MS = 50;
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

export function createPluginHost(deps: PluginHostDeps): PluginHost {
  const running: Running[] = [];
  const abort = new AbortController();

  const start = async (sources: readonly PluginSource[]): Promise<void> => {
    for (const source of sources) running.push(await startPlugin(source, deps, abort.signal, running));
  };
  const tick = (library: PluginLibrary): void => {
    for (const entry of running) tickPlugin(entry, library, abort.signal);
  };
  const stop = async (): Promise<void> => {
    abort.abort();
    for (const entry of [...running].reverse()) await stopPlugin(entry, deps.stopGraceMs ?? STOP_GRACE_MS);
  };
  return {
    start,
    tick,
    reports: () => running.map((entry) => ({ name: entry.name, health: healthOf(entry) })),
    routes: () =>
      running.flatMap(({ name, instance }) => (instance?.routes ?? []).map((route) => ({ plugin: name, route }))),
    instance: (name) => running.find((entry) => entry.name === name)?.instance,
    stop,
  };
}

async function startPlugin(
  { plugin, config }: PluginSource,
  deps: PluginHostDeps,
  signal: AbortSignal,
  before: readonly Running[],
): Promise<Running> {
  const log = deps.logFor(plugin.name);
  const entry: Running = { name: plugin.name, log, instance: undefined, failure: undefined, slowTicks: 0 };
  try {
    checkPlugin(plugin, deps, before);
    const checked = plugin.configSchema.parse(config ?? {});
    const context = contextFor(plugin, checked, deps, log, signal);
    // The schema that made the configuration belongs to the same plugin.
    const setup = Promise.resolve(plugin.setup(context as never));
    entry.instance = await withDeadline(setup, deps.setupTimeoutMs ?? SETUP_TIMEOUT_MS);
  } catch (error) {
    entry.failure = `did not start: ${messageOf(error)}`;
    log.error({ err: error }, 'plugin did not start; the host goes on without it');
  }
  return entry;
}

function checkPlugin(plugin: PluginSource['plugin'], deps: PluginHostDeps, before: readonly Running[]): void {
  if (!NAME.test(plugin.name)) throw new Error(`the name "${plugin.name}" is not lower-case words joined by hyphens`);
  if (before.some(({ name }) => name === plugin.name)) throw new Error('another plugin has this name');
  if (plugin.apiVersion !== 1)
    throw new Error(`it was written for version ${String(plugin.apiVersion)} of the plugin door; this is 1`);
  const missing = (plugin.needs ?? []).filter(({ name }) => !deps.services.has(name)).map(({ name }) => name);
  if (missing.length > 0) throw new Error(`this host does not offer: ${missing.join(', ')}`);
}

function contextFor(
  plugin: PluginSource['plugin'],
  config: unknown,
  deps: PluginHostDeps,
  log: PluginLogger,
  signal: AbortSignal,
): PluginContext<unknown> {
  const needed = new Set((plugin.needs ?? []).map(({ name }) => name));
  return {
    config,
    log,
    signal,
    libraries: () => deps.libraries(),
    service<T>(key: ServiceKey<T>): T {
      if (!needed.has(key.name)) throw new Error(`${plugin.name} did not list the service "${key.name}" in its needs`);
      return deps.services.get(key.name) as T; // The key's type is the one that the host registered it with.
    },
  };
}

async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  const timer = new AbortController();
  const late = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`it took longer than ${ms} ms`);
  });
  late.catch(() => {}); // Cancelled when the work ends first.
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}

function tickPlugin(entry: Running, library: PluginLibrary, signal: AbortSignal): void {
  if (entry.instance?.tick === undefined || entry.failure !== undefined) return;
  const startedAt = performance.now();
  try {
    // The type says void; a plugin that returns a promise all the same must not end the process by rejecting it.
    const returned: unknown = entry.instance.tick(library, signal);
    if (returned instanceof Promise) returned.catch((error: unknown) => fail(entry, error));
  } catch (error) {
    fail(entry, error);
  }
  const tookMs = performance.now() - startedAt;
  entry.slowTicks = tookMs > SLOW_TICK_MS ? entry.slowTicks + 1 : 0;
  if (entry.slowTicks === 1) entry.log.warn({ tookMs, libraryId: library.id }, 'a slow tick holds up the host');
}

function fail(entry: Running, error: unknown): void {
  entry.failure = `its tick failed: ${messageOf(error)}`;
  entry.log.error({ err: error }, 'plugin failed; it is not called any more');
}

function healthOf(entry: Running): PluginHealth {
  if (entry.failure !== undefined) return { state: 'failed', reason: `Plugin ${entry.name} ${entry.failure}` };
  try {
    const health = entry.instance?.health() ?? { state: 'failed' };
    return entry.slowTicks > 0 && health.state !== 'failed'
      ? { state: 'degraded', reason: `Plugin ${entry.name} is slow: its tick holds up the server` }
      : health;
  } catch (error) {
    return { state: 'failed', reason: `Plugin ${entry.name} cannot say how it is: ${messageOf(error)}` };
  }
}

async function stopPlugin(entry: Running, graceMs: number): Promise<void> {
  if (entry.instance === undefined) return;
  try {
    await withDeadline(Promise.resolve(entry.instance.stop()), graceMs);
  } catch (error) {
    entry.log.warn({ err: error }, 'plugin did not stop well; the host goes on');
  }
}
