import type { Plugin, PluginHealth, PluginHealthState, PluginInstance } from '@clip-watch/plugin-api';

// What comes from a plugin is foreign, whatever its types promise: these look before the host believes.

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const PATH = /^\/?[a-z0-9_-]+(\/(:?[A-Za-z0-9_-]+))*$/;
const STATES: ReadonlySet<unknown> = new Set<PluginHealthState>(['running', 'idle', 'degraded', 'failed', 'disabled']);

/** @throws Error in words for people: why this plugin cannot be started here */
export function checkPlugin(
  plugin: Plugin<never> | Plugin,
  names: readonly string[],
  services: ReadonlyMap<string, unknown>,
): void {
  if (!NAME.test(plugin.name)) throw new Error(`the name "${plugin.name}" is not lower-case words joined by hyphens`);
  if (names.includes(plugin.name)) throw new Error('another plugin has this name');
  if (plugin.apiVersion !== 1)
    throw new Error(`it was written for version ${String(plugin.apiVersion)} of the plugin door; this is 1`);
  const missing = (plugin.needs ?? []).filter(({ name }) => !services.has(name)).map(({ name }) => name);
  if (missing.length > 0) throw new Error(`this host does not offer: ${missing.join(', ')}`);
}

/** @throws Error when `setup` gave back what cannot be run, or routes that cannot be told apart */
export function checkInstance(instance: PluginInstance): void {
  if (typeof instance?.health !== 'function' || typeof instance.stop !== 'function')
    throw new Error('setup gave back no instance with health and stop');
  if (instance.tick !== undefined && typeof instance.tick !== 'function') throw new Error('its tick is no function');
  const seen = new Set<string>();
  for (const { method, path, handle } of instance.routes ?? []) {
    if ((method !== 'GET' && method !== 'POST') || typeof handle !== 'function' || !PATH.test(path))
      throw new Error(`the route ${String(method)} ${String(path)} is none that can be served`);
    const shape = `${method} ${path.replace(/^\//, '').replace(/:[^/]+/g, ':')}`;
    if (seen.has(shape)) throw new Error(`two of its routes are ${method} ${path}`);
    seen.add(shape);
  }
}

/** @throws Error for what is no health */
export function checkHealth(health: PluginHealth): PluginHealth {
  if (!STATES.has(health?.state)) throw new Error(`its health says "${String(health?.state)}"`);
  return health.reason === undefined ? { state: health.state } : { state: health.state, reason: String(health.reason) };
}
