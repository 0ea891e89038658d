import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { paintPicture, picture } from '@clip-watch/test-support';
import { openDecodeHost } from '@clip-watch/watcher';
import { expect, test } from 'vitest';
import { addPhotos, type DrainRig, openDrainRig, photoFacts, sha256 } from './drain-rig.js';

/** Puts real files under the library's root and their rows into the table. */
async function addFiles(rig: DrainRig, files: Readonly<Record<string, Buffer>>): Promise<void> {
  const rootPath = rig.libraries[0]?.rootPath ?? '';
  const rows = Object.entries(files).map(async ([relPath, bytes], index) => {
    const path = join(rootPath, relPath);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
    const contentHash = createHash('sha256').update(bytes).digest('hex');
    return photoFacts(index, { relPath, contentHash, fileSize: bytes.length });
  });
  await addPhotos(rig, await Promise.all(rows));
}

test('real pictures through the real decode host: encoded, listed with the reason, or handed back', async () => {
  await using decodeHost = await openDecodeHost({ threads: 1 });
  await using rig = await openDrainRig({ decodeHost });
  const paint = (seed: number) => paintPicture(320, 240, seed);
  await addFiles(rig, {
    'a.jpg': await picture(paint(1), 'jpeg'),
    'b.png': await picture(paint(2), 'png'),
    'c.webp': await picture(paint(3), 'webp'),
    'text.jpg': Buffer.from('this is no picture'),
    'empty.jpg': Buffer.alloc(0),
  });
  await addPhotos(rig, [photoFacts(9, { relPath: 'changed.jpg', contentHash: sha256('what it was') })]);
  await writeFile(join(rig.libraries[0]?.rootPath ?? '', 'changed.jpg'), await picture(paint(4), 'jpeg'));

  const result = await rig.drain.drainOnce();
  expect(result).toMatchObject({ end: 'done', encoded: 3, failed: 2, postponed: 1 });
  const groups = await rig.database.images.failureGroups();
  expect(groups.map(({ reason }) => reason).sort()).toEqual(['changed', 'empty_file', 'not_an_image']);
  expect(rig.apollo.counters.breaches).toEqual([]);
});

test('the known-good picture passes the real decoder and an encoder', async () => {
  await using decodeHost = await openDecodeHost({ threads: 1 });
  await using rig = await openDrainRig({ decodeHost });
  const bad = Array.from({ length: 30 }, (_, index) => [`${index}.jpg`, Buffer.from(`no picture ${index}`)] as const);
  await addFiles(rig, Object.fromEntries(bad));
  expect(await rig.drain.drainOnce()).toMatchObject({ end: 'done', failed: 30, encoded: 0 });
});
