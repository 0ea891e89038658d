import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from '@clip-watch/plugin-api';
import { clipWatcherPlugin } from '@clip-watch/watcher';
import type { PluginEntry } from '../config/settings.js';
import { HostError, messageOf } from '../errors.js';
import type { PluginSource } from './plugin-host.js';

/** The name under which the built-in plugin is configured or switched off. */
export const WATCHER: string = clipWatcherPlugin.name;

/**
 * The watcher, unless it is switched off, then the packages that the settings file names, in its order.
 * @param dataDir packages are looked up from here: `npm install` in the data folder adds a plugin
 * @throws HostError PLUGIN for a package that cannot be loaded or exports no plugin
 */
export async function loadPlugins(entries: readonly PluginEntry[], dataDir: string): Promise<readonly PluginSource[]> {
  const sources: PluginSource[] = [];
  const watcher = entries.find((entry) => entry.package === WATCHER);
  if (watcher?.enabled !== false) sources.push({ plugin: clipWatcherPlugin as Plugin<never>, config: watcher?.config });
  for (const entry of entries)
    if (entry.package !== WATCHER && entry.enabled)
      sources.push({ plugin: await loadPackage(entry.package, dataDir), config: entry.config });
  return sources;
}

async function loadPackage(name: string, dataDir: string): Promise<Plugin> {
  const module = await importPackage(name, dataDir);
  const plugin = isRecord(module) && module.default !== undefined ? module.default : module;
  if (isPlugin(plugin)) return plugin;
  throw new HostError('PLUGIN', `the plugin ${name} has no default export made by definePlugin`);
}

async function importPackage(name: string, dataDir: string): Promise<unknown> {
  try {
    const file = createRequire(join(dataDir, 'package.json')).resolve(name);
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw new HostError('PLUGIN', `cannot load the plugin ${name} from ${dataDir}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isPlugin(value: unknown): value is Plugin {
  return (
    isRecord(value) &&
    typeof value.name === 'string' &&
    typeof value.setup === 'function' &&
    isRecord(value.configSchema)
  );
}
