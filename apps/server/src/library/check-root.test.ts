import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { checkRoot } from './check-root.js';
import { findRealPlace } from './real-place.js';

test('gives the real path of a folder, links followed', async () => {
  using folder = tempFolder();
  const root = join(realpathSync(folder.path), 'photos');
  mkdirSync(root);
  symlinkSync(root, join(folder.path, 'link'));
  expect(await checkRoot(join(folder.path, 'link'), join(folder.path, 'data'))).toBe(root);
});

test.each([
  ['missing', 'nowhere', 'does not exist'],
  ['a file', 'file', 'is a file'],
  ['below a file', 'file/x', 'cannot open'],
  ['inside the data folder', 'data/x', 'lies inside the data folder'],
  ['around the data folder', '.', 'contains the data folder'],
  ['the whole disk', '/', 'whole disk'],
])('refuses one that is %s', async (_, path, reason) => {
  using folder = tempFolder();
  mkdirSync(join(folder.path, 'data', 'x'), { recursive: true });
  writeFileSync(join(folder.path, 'file'), '');
  const root = path === '/' ? path : join(folder.path, path);
  await expect(checkRoot(root, join(folder.path, 'data'))).rejects.toMatchObject({
    code: 'BAD_PATH',
    message: expect.stringContaining(reason),
  });
});

test('a disk that gives no answer in time is no bad path', async () => {
  // No disk answers before its child has started.
  await expect(findRealPlace('/', 1)).rejects.toMatchObject({ code: 'NOT_ANSWERING' });
});
