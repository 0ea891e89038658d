import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@clip-watch/basics';
import { expect, test, vi } from 'vitest';
import { openDatabase } from '../database.js';
import { openTestDatabase, temporaryFolder } from '../testing/open-test-database.js';
import { photo } from '../testing/rows.js';
import { guardFile } from './file-guard.js';

test.each<[string, (file: string) => void, string]>([
  ['deleted', (file) => rmSync(file), 'was deleted'],
  ['moved away', (file) => renameSync(file, `${file}.away`), 'was deleted'],
  [
    'replaced',
    (file) => {
      copyFileSync(file, `${file}.copy`);
      renameSync(`${file}.copy`, file);
    },
    'was replaced by another file',
  ],
  ['robbed of its log', (file) => rmSync(`${file}-wal`), '-wal was deleted'],
])('a file that is %s while it is open takes no write, and says so by itself', async (_how, spoil, words) => {
  await using test = await openTestDatabase();
  const { images } = test.database;
  await images.upsertPhotos(test.library.id, [photo('a.jpg')]);
  expect(test.database.fault).toBeNull();
  spoil(join(test.folder, 'test.db'));
  await vi.waitFor(() => expect(test.database.fault?.message).toContain(words), 30_000);
  await expect(images.upsertPhotos(test.library.id, [photo('b.jpg')])).rejects.toMatchObject({ code: 'FILE_GONE' });
  expect(await images.counters()).toMatchObject({ photos: 1 });
});

test('a write to a file that is gone is no success, however soon it comes', async () => {
  await using test = await openTestDatabase();
  rmSync(join(test.folder, 'test.db'));
  const write = test.database.images.upsertPhotos(test.library.id, [photo('a.jpg')]);
  await expect(write).rejects.toMatchObject({ code: 'FILE_GONE', retryable: true });
});

test('a file that is put back is well again, with all that was acknowledged', async () => {
  await using test = await openTestDatabase();
  const { images } = test.database;
  const file = join(test.folder, 'test.db');
  await images.upsertPhotos(test.library.id, [photo('a.jpg')]);
  renameSync(file, `${file}.away`);
  await expect(images.upsertPhotos(test.library.id, [photo('b.jpg')])).rejects.toMatchObject({ code: 'FILE_GONE' });
  renameSync(`${file}.away`, file);
  await images.upsertPhotos(test.library.id, [photo('c.jpg')]);
  await test.database.close();
  await using again = await openDatabase({ url: test.url });
  expect(await again.images.counters()).toMatchObject({ photos: 2 });
});

test('the log has a line at once and one a minute, and one when the file is back', async () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'x.db');
  writeFileSync(file, '');
  const lines: string[] = [];
  const say = (_fields: object, message: string): void => void lines.push(message);
  const log: Logger = { debug: say, info: say, warn: say, error: say };
  let time = 0;
  const guard = guardFile({ file, log, now: () => time, everyMs: 3_600_000 });
  await guard.check();
  renameSync(file, `${file}.away`);
  for (const seconds of [0, 1, 59, 60, 61, 119, 120]) {
    time = seconds * 1_000;
    await expect(guard.check()).rejects.toMatchObject({ code: 'FILE_GONE' });
  }
  expect(lines).toHaveLength(3);
  renameSync(`${file}.away`, file);
  await guard.check();
  expect(lines.slice(3)).toEqual(['clip_watch: the database file is back']);
  guard.close();
  folder.remove();
});
