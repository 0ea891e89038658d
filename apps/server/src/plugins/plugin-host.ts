import { withDeadline } from '@clip-watch/basics';
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
import { CallCutOff, callWithin } from './call-within.js';
import { checkHealth, checkInstance, checkPlugin } from './plugin-checks.js';
import { guardRoute } from './plugin-routes.js';

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
  /** For one call of a route. Default 30,000. */
  readonly routeTimeoutMs?: number;
  /** A call that holds up the event loop for so long is cut off. Default 2,000. */
  readonly callLimitMs?: number;
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
  readonly callLimitMs: number;
  instance: PluginInstance | undefined;
  /** Why it does not run; the plugin stays in the list so that people see it. */
  failure: string | undefined;
  slowTicks: number;
  /** What the last call of a route came to, if it failed. */
  routeFailure: string | undefined;
}

const SETUP_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 5_000;
const ROUTE_TIMEOUT_MS = 30_000;
// Far beyond what a slow machine needs, and what a person at the pages forgives once.
const CALL_LIMIT_MS = 2_000;
// A tick only wakes work: one that takes longer holds up the host's event loop.
const SLOW_TICK_MS = 50;

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
      running.flatMap((entry) => guardedRoutes(entry, deps).map((route) => ({ plugin: entry.name, route }))),
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
  const nothing = { instance: undefined, failure: undefined, routeFailure: undefined };
  const entry: Running = {
    name: plugin.name,
    log,
    callLimitMs: deps.callLimitMs ?? CALL_LIMIT_MS,
    slowTicks: 0,
    ...nothing,
  };
  // Nothing is served yet: its start may take its time, asleep or at work.
  const limitMs = deps.setupTimeoutMs ?? SETUP_TIMEOUT_MS;
  try {
    checkPlugin(
      plugin,
      before.map(({ name }) => name),
      deps.services,
    );
    const checked = callWithin(limitMs, () => plugin.configSchema.parse(config ?? {}));
    const context = contextFor(plugin, checked, deps, log, signal);
    // The schema that made the configuration belongs to the same plugin.
    const setup = callWithin(limitMs, () => plugin.setup(context as never));
    const instance = await withDeadline(Promise.resolve(setup), limitMs);
    checkInstance(instance);
    entry.instance = instance;
  } catch (error) {
    entry.failure = `did not start: ${messageOf(error)}`;
    log.error({ err: error }, 'plugin did not start; the host goes on without it');
  }
  return entry;
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

function guardedRoutes(entry: Running, { routeTimeoutMs = ROUTE_TIMEOUT_MS }: PluginHostDeps): readonly PluginRoute[] {
  const onOutcome = (failure: string | undefined, error: unknown): void => {
    if (failure !== undefined) entry.log.error({ err: error }, 'a route of the plugin failed');
    entry.routeFailure = failure;
  };
  const call = <T>(work: () => T): T => {
    if (entry.failure !== undefined) throw new Error(`the plugin ${entry.failure}`);
    return callPlugin(entry, 'route', work);
  };
  const guard = { plugin: entry.name, timeoutMs: routeTimeoutMs, call, onOutcome };
  return (entry.instance?.routes ?? []).map((route) => guardRoute(route, guard));
}

function tickPlugin(entry: Running, library: PluginLibrary, signal: AbortSignal): void {
  const { instance } = entry;
  if (instance?.tick === undefined || entry.failure !== undefined) return;
  const startedAt = performance.now();
  try {
    // The type says void; a plugin that returns a promise all the same must not end the process by rejecting it.
    const returned: unknown = callPlugin(entry, 'tick', () => instance.tick?.(library, signal));
    if (returned instanceof Promise) returned.catch((error: unknown) => fail(entry, 'tick', error));
  } catch (error) {
    fail(entry, 'tick', error);
  }
  const tookMs = performance.now() - startedAt;
  entry.slowTicks = tookMs > SLOW_TICK_MS ? entry.slowTicks + 1 : 0;
  if (entry.slowTicks === 1) entry.log.warn({ tookMs, libraryId: library.id }, 'a slow tick holds up the host');
}

/** One that does not come back is broken off, and the plugin has failed: the next call would hold up the server as long. */
function callPlugin<T>(entry: Running, what: string, call: () => T): T {
  try {
    return callWithin(entry.callLimitMs, call);
  } catch (error) {
    if (error instanceof CallCutOff) fail(entry, what, error);
    throw error;
  }
}

function fail(entry: Running, what: string, error: unknown): void {
  if (entry.failure !== undefined) return;
  entry.failure = `its ${what} failed: ${messageOf(error)}`;
  entry.log.error({ err: error }, 'plugin failed; it is not called any more');
}

function healthOf(entry: Running): PluginHealth {
  if (entry.failure !== undefined) return { state: 'failed', reason: `Plugin ${entry.name} ${entry.failure}` };
  try {
    const { instance } = entry;
    if (instance === undefined) return { state: 'failed' };
    const health = callPlugin(entry, 'health', () => checkHealth(instance.health()));
    const trouble = troubleOf(entry);
    return trouble === undefined || health.state === 'failed'
      ? health
      : { state: 'degraded', reason: `Plugin ${entry.name}: ${trouble}` };
  } catch (error) {
    return { state: 'failed', reason: `Plugin ${entry.name} cannot say how it is: ${messageOf(error)}` };
  }
}

function troubleOf({ slowTicks, routeFailure }: Running): string | undefined {
  return slowTicks > 0 ? 'it is slow: its tick holds up the server' : routeFailure;
}

async function stopPlugin(entry: Running, graceMs: number): Promise<void> {
  const { instance } = entry;
  if (instance === undefined) return;
  try {
    // One that failed too: it may hold files and timers.
    await withDeadline(Promise.resolve(callPlugin(entry, 'stop', () => instance.stop())), graceMs);
  } catch (error) {
    entry.log.warn({ err: error }, 'plugin did not stop well; the host goes on');
  }
}
