/**
 * The door between the host server and its plugins: types, `definePlugin` and `serviceKey`.
 */
import type { Logger } from '@clip-watch/basics';

/** The part of a pino logger that plugins use. Facts go into fields, never into the message. */
export type PluginLogger = Logger;

/** A library as plugins see it. */
export interface PluginLibrary {
  /** Never given to another library, not even after this one was removed. */
  readonly id: number;
  /** For people; may change. */
  readonly name: string;
  /** Absolute path of the folder. Plugins never write below it. */
  readonly rootPath: string;
  /** The folder itself, by device, inode and birth: what opens photos checks that no other took its place. Null: not known yet. */
  readonly rootIdentity: string | null;
  /** Patterns of what is no part of the library, as the user wrote them. */
  readonly excludedDirs: readonly string[];
}

/** Names a service that the host hands down. The type parameter exists only at compile time. */
export interface ServiceKey<T> {
  /** What the host goes by. */
  readonly name: string;
  /** Never there: it only keeps keys of different services apart for the compiler. */
  readonly __service?: T;
}

/**
 * Makes the key of a service. Host and plugins take it from one module, so that its type is the same for both.
 * @example
 * export const mailer = serviceKey<Mailer>('mailer'); // in a plugin: needs: [mailer], then ctx.service(mailer)
 */
export function serviceKey<T>(name: string): ServiceKey<T> {
  return { name };
}

/** What the host gives a plugin at its start, for as long as it runs. */
export interface PluginContext<Config> {
  /** What `configSchema` returned. */
  readonly config: Config;
  /** Its lines name the plugin. */
  readonly log: PluginLogger;
  /** Aborted when the host begins to stop. */
  readonly signal: AbortSignal;
  /**
   * A service of the host. It is the host's: a plugin never closes it.
   * @throws Error naming the service when this host does not offer it, or the plugin did not list it in `needs`
   */
  service<T>(key: ServiceKey<T>): T;
  /** The libraries as they are now, in the order they were added. */
  libraries(): Promise<readonly PluginLibrary[]>;
}

/**
 * `running`: at work. `idle`: nothing to do. `degraded`: it works, but not as it should. `failed`: it does not work.
 * `disabled`: it is switched off, by its settings or by what it lacks.
 */
export type PluginHealthState = 'running' | 'idle' | 'degraded' | 'failed' | 'disabled';

/** How a plugin is at this moment, as `GET /api/plugins` and the pages show it. */
export interface PluginHealth {
  /** What it is at. */
  readonly state: PluginHealthState;
  /** One sentence for people: what is wrong and what to do. Absent when nothing is. */
  readonly reason?: string;
}

/** A request to a plugin's route. The host let it in; what is in it is unchecked. */
export interface PluginRequest {
  /** The parts of the path that `PluginRoute.path` names, as `id` of `/reports/:id`. */
  readonly params: Readonly<Record<string, string>>;
  /** What follows the `?`. The host refuses a request that gives a name twice. */
  readonly query: Readonly<Record<string, string>>;
  /** The parsed JSON of a POST. */
  readonly body: unknown;
  /** Aborted when the answer is not wanted any more. */
  readonly signal: AbortSignal;
}

/** A JSON route below `/api/plugins/<plugin name>/`, behind the host's own access rules. */
export interface PluginRoute {
  /** What changes something is a POST: only that is kept from pages of other sites. */
  readonly method: 'GET' | 'POST';
  /** Relative to the plugin's prefix, for example `/report`. */
  readonly path: string;
  /**
   * Answers one request. The host waits 30 s for it.
   * @returns what the answer holds as JSON
   * @throws an Error with a `statusCode` below 500 to refuse the request; any other answers 502 and marks the plugin
   */
  handle(request: PluginRequest): Promise<unknown>;
}

/** A plugin that runs, as its `setup` made it. */
export interface PluginInstance {
  /**
   * Called after each scan of a library and on each interval. Wakes work and returns at once; the host does not
   * wait for a promise, and a throw, or a call that does not come back, marks the plugin as failed without stopping the loop.
   */
  tick?(library: PluginLibrary, signal: AbortSignal): void;
  /** Its HTTP routes; read once, after `setup`. */
  readonly routes?: readonly PluginRoute[];
  /** How it is now. Asked often: it looks, and waits for nothing. */
  health(): PluginHealth;
  /** Takes no new work, lets running work end, then resolves. Called once; the host gives up on it after its grace. */
  stop(): Promise<void>;
}

/** What `configSchema` has to offer: a zod schema does, and so does a hand-written object. */
export interface PluginConfigSchema<Config> {
  /**
   * Checks what the settings hold, and fills in what they leave out.
   * @param input what the settings hold for this plugin, `{}` when that is nothing
   * @returns the checked configuration
   * @throws an Error that names each key that is wrong; people see its message
   */
  parse(input: unknown): Config;
}

/** A plugin as its package exports it: its name, what it takes and needs, and how it starts. */
export interface Plugin<Config = unknown> {
  /** Lower-case words joined by hyphens; unique in a host. */
  readonly name: string;
  /** The door's version that the plugin was written for. */
  readonly apiVersion: 1;
  /** Checks the plugin's part of the settings before `setup`. */
  readonly configSchema: PluginConfigSchema<Config>;
  /** Services that `setup` asks for. A host that lacks one refuses the plugin before `setup`, with their names. */
  readonly needs?: readonly ServiceKey<unknown>[];
  /** Starts the plugin. What it throws is shown as the reason why the plugin did not start; the host goes on without it. */
  setup(ctx: PluginContext<Config>): PluginInstance | Promise<PluginInstance>;
}

/**
 * Gives a plugin object its types, and returns it as it is. A plugin's package has one as its default export.
 * @example
 * export default definePlugin({
 *   name: 'tick-counter',
 *   apiVersion: 1,
 *   configSchema: { parse: () => ({}) },
 *   setup({ log }) {
 *     return {
 *       tick: ({ name }) => log.info({ library: name }, 'a scan has ended'),
 *       health: () => ({ state: 'idle' }),
 *       stop: async () => {},
 *     };
 *   },
 * });
 */
export function definePlugin<Config>(plugin: Plugin<Config>): Plugin<Config> {
  return plugin;
}
