import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HostError, messageOf, systemCode } from '../errors.js';

/**
 * Makes the data folder, for this user only.
 * @throws HostError DATA_FOLDER
 */
export function openDataFolder(dataDir: string): void {
  try {
    makeFolder(dataDir);
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new HostError(
      'DATA_FOLDER',
      `cannot use the data folder ${dataDir}: ${messageOf(error)}; name another with CLIP_WATCH_DATA_DIR`,
      {
        cause: error,
      },
    );
  }
}

/** Not Node's `recursive`, which retries for ever below a folder that accepts no entries, such as `/proc`. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error; // Another process was faster.
  }
}

export function databaseUrlOf(config: { readonly databaseUrl: string | null; readonly dataDir: string }): string {
  return config.databaseUrl ?? `file:${join(config.dataDir, 'clip-watch.db')}`;
}
