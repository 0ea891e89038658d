import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../database.js';
import type { Database, DatabaseOptions } from '../database-types.js';
import type { Library } from '../library-types.js';

export const MODEL = { version: 'model-a', name: 'A', dimension: 4 } as const;

/** A clock that stands still until it is told. */
export interface TestClock {
  time: number;
}

export interface TestDatabase extends AsyncDisposable {
  readonly database: Database;
  readonly clock: TestClock;
  readonly library: Library;
  readonly folder: string;
  readonly url: string;
}

export function temporaryFolder(parent: string = tmpdir()): { readonly path: string; remove(): void } {
  const path = realpathSync(mkdtempSync(join(parent, 'clip-watch-db-')));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A real database in a folder of its own, with one library and a pinned model. */
export async function openTestDatabase(options: Partial<DatabaseOptions> = {}): Promise<TestDatabase> {
  const folder = temporaryFolder();
  const clock = { time: 1_700_000_000_000 };
  const url = `file:${join(folder.path, 'test.db')}`;
  const database = await openDatabase({ url, now: () => clock.time, ...options });
  const library = await database.libraries.add({
    name: 'photos',
    rootPath: '/photos',
    excludedDirs: [],
    rootIdentity: null,
  });
  await database.clipState.pin(MODEL);
  return {
    database,
    clock,
    library,
    url,
    folder: folder.path,
    async [Symbol.asyncDispose]() {
      await database.close();
      folder.remove();
    },
  };
}
