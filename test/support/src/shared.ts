import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * The folder of real photos, models and golden data that lies beside a developer's clone. It is never part of the
 * project; `CLIP_WATCH_TEST_SHARED` names another place.
 * @returns its absolute path, or undefined, after a loud word on standard error
 */
export function sharedFolder(): string | undefined {
  const folder = process.env.CLIP_WATCH_TEST_SHARED ?? join(REPOSITORY, '../shared');
  if (existsSync(join(folder, 'photos/MANIFEST.tsv'))) return folder;
  process.stderr.write(
    `\n*** SKIPPED: ${folder} is not here, so the tests on real photos and models do not run. ***\n` +
      '*** Put the folder beside the clone, or name it in CLIP_WATCH_TEST_SHARED. ***\n\n',
  );
  return undefined;
}
