import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * A path in the folder of real photos, models and golden data that lies beside a developer's clone. It is never part of
 * the project, and most clones have none; `CLIP_WATCH_TEST_SHARED` names another place. Nothing is looked at, so this may
 * stand anywhere in a test file; whatever reads the path belongs into a test or a hook.
 */
export function sharedPath(...parts: readonly string[]): string {
  return join(process.env.CLIP_WATCH_TEST_SHARED || join(REPOSITORY, '../shared'), ...parts);
}

/** Whether that folder is there: for a test that makes do with pictures of its own where it is not. */
export function hasShared(): boolean {
  return existsSync(sharedPath('photos/MANIFEST.tsv'));
}

/**
 * For `skipIf`: whether that folder is missing, after a word on standard error about what is skipped for want of it.
 * @param what for example "headers of real photos"
 */
export function lacksShared(what: string): boolean {
  if (hasShared()) return false;
  process.stderr.write(
    `\n*** SKIPPED: ${what}. They need a folder that is not part of the repository; ` +
      'test/README.md says which, and why. Nothing is wrong with this copy. ***\n\n',
  );
  return true;
}
