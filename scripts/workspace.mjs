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
