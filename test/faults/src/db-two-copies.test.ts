import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { libraryFile } from './db-driver.mjs';
import { makeBacklog } from './db-support.js';

const CHILD = fileURLToPath(new URL('db-two-copies-child.mjs', import.meta.url));
const PHOTOS = 5;

/** A database, and the library under a second name, in a process that uses both. */
async function withSecond(what: string, putSecond: (from: string, to: string) => void): Promise<unknown> {
  using folder = tempFolder();
  const file = join(folder.path, 'photos.db');
  await makeBacklog(file, PHOTOS);
  const second = join(folder.path, 'a plugin', 'better_sqlite3.node');
  mkdirSync(dirname(second));
  putSecond(libraryFile(), second);
  const answer: unknown = JSON.parse(execFileSync(process.execPath, [CHILD, what, file, second]).toString());
  return JSON.parse(JSON.stringify(answer).replaceAll(second, 'SECOND'));
}

// /proc tells; on other systems one version in the lock file has to do.
describe.skipIf(process.platform !== 'linux')('two copies of the SQLite library in one process', () => {
  test.each(['second-first', 'second-later', 'second-beside'])(
    'are refused when both would hold the file, and both are named: %s',
    async (what) => {
      expect(await withSecond(what, copyFileSync)).toEqual({
        code: 'TWO_SQLITE_COPIES',
        message: expect.stringMatching(/(?=.*better-sqlite3)(?=.*SECOND).*take the plugin out/),
      });
    },
  );

  test.each(['second-elsewhere', 'twice-beside-second'])(
    'are allowed when the second holds another file: %s',
    async (what) => {
      expect(await withSecond(what, copyFileSync)).toEqual({ said: `opened ${PHOTOS}` });
    },
  );

  test.skipIf(!isBuiltin('node:sqlite'))('are refused when the one inside Node holds the file', async () => {
    expect(await withSecond('node-sqlite', copyFileSync)).toEqual({
      code: 'TWO_SQLITE_COPIES',
      message: expect.stringMatching(/(?=.*better-sqlite3)(?=.*node:sqlite).*take the plugin out/),
    });
  });

  test('do not see each other’s locks, which is why', async () => {
    expect(await withSecond('locks', copyFileSync)).toEqual({ said: 'locked,locked' });
  });

  test('are one copy under two names when the file is one', async () => {
    expect(await withSecond('second-first', symlinkSync)).toEqual({ said: `opened ${PHOTOS}` });
    expect(await withSecond('locks', symlinkSync)).toMatchObject({ code: 'SQLITE_BUSY' });
  });
});
