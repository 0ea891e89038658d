import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDatabase } from './database.js';
import { openTestDatabase, temporaryFolder } from './testing/open-test-database.js';
import { claimOf, embeddingOf, failureOf, photo } from './testing/rows.js';

describe('a place that cannot be a database', () => {
  test.each([
    ['', 'BAD_URL'],
    ['mysql://localhost/photos', 'BAD_URL'],
    ['file:relative.db', 'BAD_URL'],
    ['file:/tmp/', 'BAD_URL'],
    ['file:/tmp/a\0b', 'BAD_URL'],
    ['file:/tmp/a.db?mode=ro', 'BAD_URL'],
    ['file://host/a.db', 'BAD_URL'],
    ['postgresql://me:secret@host/photos', 'UNSUPPORTED'],
    ['file:/nowhere/at/all.db', 'NOT_WRITABLE'],
    ['file:/proc/clip.db', 'NOT_WRITABLE'],
    ['file:/dev/null', 'NOT_A_DATABASE'],
  ])('%j is refused as %s', async (url, code) => {
    await expect(openDatabase({ url })).rejects.toMatchObject({ name: 'DatabaseError', code });
  });

  test('no message holds a password', async () => {
    await expect(openDatabase({ url: 'postgres//me:secret@host/x' })).rejects.not.toThrow(/secret/);
  });

  test('a file of something else is refused and left as it is', async () => {
    const folder = temporaryFolder();
    const file = join(folder.path, 'letter.db');
    writeFileSync(file, 'Dear Sir or Madam, '.repeat(100));
    await expect(openDatabase({ url: `file:${file}` })).rejects.toMatchObject({ code: 'NOT_A_DATABASE' });
    folder.remove();
  });

  test('a folder is no file', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder.path, 'x.db'));
    await expect(openDatabase({ url: `file:${folder.path}/x.db` })).rejects.toMatchObject({ code: 'NOT_A_DATABASE' });
    folder.remove();
  });
});

describe('what a caller may not hand in', () => {
  test.each([
    '',
    '/etc/passwd',
    '../up.jpg',
    'a/../b.jpg',
    'a//b.jpg',
    './a.jpg',
    'a\0.jpg',
    'C:\\a.jpg',
    `${'x'.repeat(5000)}`,
  ])('rel_path %j', async (relPath) => {
    await using test = await openTestDatabase();
    const batch = [photo('good.jpg'), photo(relPath)];
    await expect(test.database.images.upsertPhotos(test.library.id, batch)).rejects.toMatchObject({ code: 'BAD_PATH' });
    expect(await test.database.images.counters()).toMatchObject({ photos: 0 });
  });

  test.each([
    ['too short', [1, 0, 0]],
    ['too long', [1, 0, 0, 0, 0]],
    ['not a number', [1, Number.NaN, 0, 0]],
    ['infinite', [1, Number.POSITIVE_INFINITY, 0, 0]],
    ['all zeros', [0, 0, 0, 0]],
  ])('an embedding that is %s, and nothing of its batch is stored', async (_what, numbers) => {
    await using test = await openTestDatabase();
    const { images } = test.database;
    await images.upsertPhotos(test.library.id, [photo('a.jpg'), photo('b.jpg')]);
    const claim = await images.claimClipCandidates(claimOf(test.library.id));
    const [good, bad] = claim.candidates;
    const batch = [embeddingOf(claim, good!), embeddingOf(claim, bad!, { embedding: new Float32Array(numbers) })];
    await expect(images.backfillClipEmbeddings(batch)).rejects.toMatchObject({ code: 'BAD_EMBEDDING' });
    expect(await images.counters()).toMatchObject({ encoded: 0, pending: 2 });
  });

  test('a final failure that is no verdict on the photo', async () => {
    await using test = await openTestDatabase();
    const { images } = test.database;
    await images.upsertPhotos(test.library.id, [photo('a.jpg')]);
    const claim = await images.claimClipCandidates(claimOf(test.library.id));
    const failure = failureOf(claim, claim.candidates[0]!, { errorClass: 'service', final: true });
    await expect(images.recordClipFailures([failure])).rejects.toThrow(/never final/);
  });

  test('a cursor of somebody else', async () => {
    await using test = await openTestDatabase();
    for (const cursor of ['x', 'W10', Buffer.from('["a","b"]').toString('base64url')])
      await expect(test.database.images.pageImages({ cursor, limit: 5 })).rejects.toMatchObject({ code: 'BAD_CURSOR' });
  });

  test('a folder that is a library already, and a library that is gone', async () => {
    await using test = await openTestDatabase();
    const { libraries, images } = test.database;
    const again = { name: 'again', rootPath: '/photos', excludedDirs: [], rootIdentity: null };
    await expect(libraries.add(again)).rejects.toMatchObject({ code: 'DUPLICATE' });
    await expect(images.upsertPhotos(99, [photo('a.jpg')])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(libraries.update(99, { name: 'x' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('another model than the pinned one', async () => {
    await using test = await openTestDatabase();
    const other = { version: 'model-b', name: 'B', dimension: 4 };
    await expect(test.database.clipState.pin(other)).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
    expect(await test.database.clipState.read()).toMatchObject({
      wantedModelVersion: 'model-a',
      activeModelVersion: 'model-a',
    });
  });

  test('anything after the close', async () => {
    const test = await openTestDatabase();
    await test[Symbol.asyncDispose]();
    await expect(test.database.images.counters()).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
