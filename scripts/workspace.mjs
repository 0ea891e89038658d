import { readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIN = join(ROOT, 'node_modules/.bin');

/** A command of the workspace's own install. */
export const bin = (name) => join(BIN, name);

/** turbo looks for pnpm on the path, and is asked not to report home. */
export const workspaceEnv = () => ({
  ...process.env,
  PATH: `${BIN}${delimiter}${process.env.PATH}`,
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
  // npm passes settings on that pnpm does not know; below `error` it complains about each.
  npm_config_loglevel: 'error',
});

/** What others could install: everything but the tests. Folders are relative to the root. */
export function publicPackages() {
  const below = (group) => readdirSync(join(ROOT, group)).map((name) => `${group}/${name}`);
  return ['proto', ...below('packages'), ...below('apps')].map((folder) => ({
    folder,
    manifest: JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')),
  }));
}

/** The entry points of a package that have types: what is added to its name, and the built file. */
export function entryPoints({ manifest }) {
  return Object.entries(manifest.exports).map(([path, { types }]) => ({ path: path.slice(1), types }));
}
