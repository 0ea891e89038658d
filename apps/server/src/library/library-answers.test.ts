import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '@clip-watch/db';
import { UNSURE_IDENTITY } from '@clip-watch/library-root';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { acceptRoot } from './library-answers.js';
import { findRealPlace } from './real-place.js';

const EXT4 = 0xef53;
const SMB = 0x517b;

// A new folder on a share: its photos may lie at other paths than the rows, and still be accepted.
test.each([
  ['a disk', EXT4, expect.stringMatching(/^\d+:\d+:\d+$/)],
  ['a share', SMB, null],
])('the accepted folder on %s', async (_name, fileSystem, rootIdentity) => {
  using folder = tempFolder();
  const rootPath = join(folder.path, 'photos');
  mkdirSync(rootPath);
  await using database = await openDatabase({ url: `file:${join(folder.path, 'test.db')}` });
  const { libraries } = database;
  const { id } = await libraries.add({ name: 'photos', rootPath, rootIdentity: UNSURE_IDENTITY, excludedDirs: [] });
  await libraries.update(id, { state: 'offline', question: 'other_root' });
  const findPlace = async (path: string) => ({ ...(await findRealPlace(path)), fileSystem });
  const accepted = await acceptRoot(libraries, id, { dataDir: join(folder.path, 'data'), findPlace });
  expect(accepted).toMatchObject({ rootIdentity, question: null });
});
