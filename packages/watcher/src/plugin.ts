import { assertNever } from '@clip-watch/basics';
import {
  definePlugin,
  type Plugin,
  type PluginContext,
  type PluginHealth,
  type PluginInstance,
  type PluginLibrary,
} from '@clip-watch/plugin-api';
import { z } from 'zod';
import { createBacklogDrain } from './drain/backlog-drain.js';
import type { BacklogDrain, DrainStatus } from './drain-types.js';
import { services } from './services.js';

/** The plugin's own settings; what it works on comes from the host. */
export interface ClipWatcherConfig {
  /** Rows claimed at once. Default 256. */
  readonly pageSize?: number | undefined;
  /** How long a claim holds without a sign of life. Default 120,000. */
  readonly leaseMs?: number | undefined;
  /** Most photos of one library in one tick. Default: no limit. */
  readonly maxPerTick?: number | undefined;
  /** Pictures decoded side by side. Default: the CPUs. */
  readonly decodeThreads?: number | undefined;
  /** What `stop` waits for running photos before it drops them. Default 4,000. */
  readonly closeGraceMs?: number | undefined;
}

const configSchema = z.strictObject({
  pageSize: z.int().min(1).max(5_000).optional(),
  leaseMs: z.int().min(1_000).max(3_600_000).optional(),
  maxPerTick: z.int().min(1).optional(),
  decodeThreads: z.int().min(1).max(256).optional(),
  closeGraceMs: z.int().min(0).max(600_000).optional(),
});

/** What `setup` of this plugin returns: the host's routes pause, resume and show the drain. */
export interface ClipWatcherInstance extends PluginInstance {
  /** Works off the backlog. */
  readonly drain: BacklogDrain;
}

/** The drain behind an instance of `clipWatcherPlugin`; undefined for any other plugin's. */
export function drainOf(instance: PluginInstance): BacklogDrain | undefined {
  return 'drain' in instance ? (instance as ClipWatcherInstance).drain : undefined; // only this plugin has the field
}

/** The tick: wakes the drain and returns at once. A drain that is awake already remembers it. */
export function processClipBacklog(drain: BacklogDrain, library: PluginLibrary, signal: AbortSignal): void {
  if (!signal.aborted) drain.wake(library.id);
}

/** Keeps every photo of the host encoded. Enabled by default; `needs` names what the host opens for it. */
export const clipWatcherPlugin: Plugin<ClipWatcherConfig> = definePlugin({
  name: 'clip-watcher',
  apiVersion: 1,
  configSchema: { parse: (input: unknown): ClipWatcherConfig => configSchema.parse(input ?? {}) },
  needs: [services.backlog, services.decodeHost, services.clipClient],
  setup,
});

function setup(ctx: PluginContext<ClipWatcherConfig>): ClipWatcherInstance {
  const drain = createBacklogDrain(
    {
      backlog: ctx.service(services.backlog),
      decodeHost: ctx.service(services.decodeHost),
      clipClient: ctx.service(services.clipClient),
      libraries: () => ctx.libraries(),
      log: ctx.log,
    },
    definedOnly(ctx.config),
  );
  return {
    drain,
    tick: (library, signal) => processClipBacklog(drain, library, signal),
    health: () => toHealth(drain.status()),
    stop: () => drain.close(),
  };
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function definedOnly<T extends object>(config: T): Defined<T> {
  // The entries are those of `config`, less the undefined ones.
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** How the drain's state shows among the host's plugins. */
export function toHealth(status: Pick<DrainStatus, 'state' | 'reason'>): PluginHealth {
  const reason = status.reason === undefined ? {} : { reason: status.reason };
  switch (status.state) {
    case 'draining':
      return { state: 'running' };
    case 'idle':
    case 'closed':
      return { state: 'idle' };
    case 'paused':
      return { state: 'idle', ...reason };
    case 'waiting':
    case 'misconfigured':
      return { state: 'degraded', ...reason };
    case 'disabled':
      return { state: 'disabled', ...reason };
    default:
      return assertNever(status.state);
  }
}
