import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '@clip-watch/db';
import type { LibraryRoot } from '@clip-watch/library-root';
import { tempFolder } from '@clip-watch/test-support';
import type { DecodeHost } from '@clip-watch/watcher';
import { expect, test, vi } from 'vitest';
import type { FolderWatches } from './folder-watches.js';
import { identityOfRoot } from './library-answers.js';
import { LibraryLoop } from './library-loop.js';

/** Notes what it is asked to watch. */
function recordingWatches() {
  const watched: LibraryRoot[] = [];
  const close = async (): Promise<void> => {};
  const watches: FolderWatches = {
    listen() {},
    watch: (_id, { rootPath, rootIdentity }) => watched.push({ rootPath, rootIdentity }),
    forget() {},
    close,
    [Symbol.asyncDispose]: close,
  };
  return { watched, watches };
}

test('a disk with a new device number is watched, and handed on, under its new identity by the first scan', async () => {
  using folder = tempFolder();
  const rootPath = join(folder.path, 'photos');
  mkdirSync(rootPath);
  await using database = await openDatabase({ url: `file:${join(folder.path, 'test.db')}` });
  const identity = await identityOfRoot(rootPath);
  const rootIdentity = identity.replace(/^\d+/, '999999');
  const { id } = await database.libraries.add({ name: 'photos', rootPath, rootIdentity, excludedDirs: [] });
  const { watched, watches } = recordingWatches();
  const onTick = vi.fn();
  const loop = new LibraryLoop(id, {
    database,
    watches,
    onTick,
    decodeHost: {} as DecodeHost, // an empty folder: nothing is decoded
    excludedDirs: [],
    scanIntervalMs: 3_600_000,
    now: Date.now,
    emit() {},
  });
  loop.start();
  await vi.waitFor(() => expect(onTick).toHaveBeenCalled(), 20_000);
  await loop.close();
  expect(watched).toEqual([{ rootPath, rootIdentity: identity }]);
  expect(onTick.mock.lastCall).toMatchObject([{ rootIdentity: identity }]);
  expect(await database.libraries.find(id)).toMatchObject({ rootIdentity: identity, state: 'online' });
});
