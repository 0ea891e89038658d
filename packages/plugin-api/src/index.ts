/**
 * The door between the host server and its plugins: types, `definePlugin` and `serviceKey`. It imports nothing.
 */

/** The part of a pino logger that plugins use. Facts go into fields, never into the message. */
export interface PluginLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A library as plugins see it. */
export interface PluginLibrary {
  readonly id: number;
  readonly name: string;
  /** Absolute path of the folder. Plugins never write below it. */
  readonly rootPath: string;
  /** The folder itself, by device, inode and birth: what opens photos checks that no other took its place. Null: not known yet. */
  readonly rootIdentity: string | null;
  readonly excludedDirs: readonly string[];
}

/** Names a service that the host hands down. The type parameter exists only at compile time. */
export interface ServiceKey<T> {
  readonly name: string;
  readonly __service?: T;
}

export function serviceKey<T>(name: string): ServiceKey<T> {
  return { name };
}

export interface PluginContext<Config> {
  readonly config: Config;
  readonly log: PluginLogger;
  /** Aborted when the host begins to stop. */
  readonly signal: AbortSignal;
  /** @throws Error naming the service when this host does not offer it, or the plugin did not list it in `needs`. */
  service<T>(key: ServiceKey<T>): T;
  /** The libraries as they are now, in the order they were added. */
  libraries(): Promise<readonly PluginLibrary[]>;
}

export type PluginHealthState = 'running' | 'idle' | 'degraded' | 'failed' | 'disabled';

export interface PluginHealth {
  readonly state: PluginHealthState;
  /** One sentence for people: what is wrong and what to do. Absent when nothing is. */
  readonly reason?: string;
}

export interface PluginRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly signal: AbortSignal;
}

/** A JSON route below `/api/plugins/<plugin name>/`, behind the host's own access rules. */
export interface PluginRoute {
  readonly method: 'GET' | 'POST';
  /** Relative to the plugin's prefix, for example `/report`. */
  readonly path: string;
  handle(request: PluginRequest): Promise<unknown>;
}

export interface PluginInstance {
  /**
   * Called after each scan of a library and on each interval. Wakes work and returns at once; the host does not
   * wait for a promise, and a throw, or a call that does not come back, marks the plugin as failed without stopping the loop.
   */
  tick?(library: PluginLibrary, signal: AbortSignal): void;
  readonly routes?: readonly PluginRoute[];
  health(): PluginHealth;
  /** Takes no new work, lets running work end, then resolves. Called once; the host gives up on it after its grace. */
  stop(): Promise<void>;
}

/** What `configSchema` has to offer: a zod schema does, and so does a hand-written object. */
export interface PluginConfigSchema<Config> {
  /** @returns the checked configuration; @throws an Error that names each key that is wrong */
  parse(input: unknown): Config;
}

export interface Plugin<Config = unknown> {
  /** Lower-case words joined by hyphens; unique in a host. */
  readonly name: string;
  /** The door's version that the plugin was written for. */
  readonly apiVersion: 1;
  readonly configSchema: PluginConfigSchema<Config>;
  /** Services that `setup` asks for. A host that lacks one refuses the plugin before `setup`, with their names. */
  readonly needs?: readonly ServiceKey<unknown>[];
  setup(ctx: PluginContext<Config>): PluginInstance | Promise<PluginInstance>;
}

/** The identity function: gives a plugin object its types. */
export function definePlugin<Config>(plugin: Plugin<Config>): Plugin<Config> {
  return plugin;
}
