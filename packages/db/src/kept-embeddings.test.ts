import { describe, expect, test } from 'vitest';
import { MODEL, openTestDatabase, type TestDatabase } from './testing/open-test-database.js';
import { claimOf, collect, embeddingOf, hashOf, photo, vectorOf } from './testing/rows.js';

const DAY_MS = 86_400_000;
const OTHER = { version: 'model-b', name: 'B', dimension: 4 };

async function encodeAll({ database: { images, clipState }, library }: TestDatabase): Promise<number> {
  const modelVersion = (await clipState.read()).wantedModelVersion ?? '';
  let encoded = 0;
  for (const reencode of [false, true]) {
    const claim = await images.claimClipCandidates(claimOf(library.id, { wantedModelVersion: modelVersion, reencode }));
    await images.backfillClipEmbeddings(claim.candidates.map((each) => embeddingOf(claim, each, { modelVersion })));
    encoded += claim.candidates.length;
  }
  return encoded;
}

/** Marks a photo missing, and removes its row as a scan thirty days later does. */
async function removePhoto({ database: { images }, library, clock }: TestDatabase, relPath: string): Promise<void> {
  const row = await images.findImageByPath(library.id, relPath);
  await images.markMissing([row?.id ?? 0], clock.time);
  clock.time += 31 * DAY_MS;
  expect(await images.removeMissing(library.id, clock.time - 30 * DAY_MS)).toBe(1);
}

describe('the vector of a removed row', () => {
  test('is there when the same bytes come back within a year, under any name', async () => {
    await using test = await openTestDatabase();
    const { images } = test.database;
    await images.upsertPhotos(test.library.id, [photo('a.jpg', { content: 'sea' })]);
    await encodeAll(test);
    await removePhoto(test, 'a.jpg');
    test.clock.time += 300 * DAY_MS;
    const found: number[] = [];
    test.database.onEmbedded((ids) => found.push(...ids));
    await images.upsertPhotos(test.library.id, [photo('new/b.jpg', { content: 'sea' })]);
    const row = await images.findImageByPath(test.library.id, 'new/b.jpg');
    expect(row?.clip).toMatchObject({ status: 'encoded', modelVersion: MODEL.version, quality: 'full' });
    expect(await images.findEmbedding(row?.id ?? 0)).toMatchObject({
      embedding: vectorOf(hashOf('sea'), MODEL.version),
    });
    expect(found).toEqual([row?.id]);
    expect(await encodeAll(test)).toBe(0);
    expect(await images.counters()).toMatchObject({ photos: 1, encoded: 1, searchable: 1, outdated: 0, pending: 0 });
  });

  test('is not there for other bytes, nor after a year', async () => {
    await using test = await openTestDatabase();
    const { images } = test.database;
    await images.upsertPhotos(test.library.id, [photo('a.jpg')]);
    await encodeAll(test);
    await removePhoto(test, 'a.jpg');
    await images.upsertPhotos(test.library.id, [photo('b.jpg')]);
    expect(await encodeAll(test)).toBe(1);
    expect(await images.purgeKeptEmbeddings()).toBe(0);
    test.clock.time += 366 * DAY_MS;
    await images.upsertPhotos(test.library.id, [photo('a.jpg')]);
    expect(await images.purgeKeptEmbeddings()).toBe(1);
    expect(await encodeAll(test)).toBe(1);
  });

  test('that waited for a change of models waits again', async () => {
    await using test = await openTestDatabase();
    const { images, clipState } = test.database;
    await images.upsertPhotos(test.library.id, [photo('a.jpg'), photo('b.jpg')]);
    await encodeAll(test);
    await clipState.switchTo(MODEL.version, OTHER);
    await images.resetLedger({ wanted: OTHER.version });
    await clipState.settleLedger(OTHER.version);
    expect(await encodeAll(test)).toBe(2);
    await removePhoto(test, 'a.jpg');
    await images.upsertPhotos(test.library.id, [photo('c.jpg', { content: 'a.jpg' })]);
    expect(await encodeAll(test)).toBe(0);
    const row = await images.findImageByPath(test.library.id, 'c.jpg');
    expect(row?.clip).toMatchObject({ modelVersion: MODEL.version, nextModelVersion: OTHER.version });
    expect(await clipState.changeOver()).toBe(true);
    const [streamed] = (await collect(images.streamEmbeddings({ modelVersion: OTHER.version }))).filter(
      ({ id }) => id === row?.id,
    );
    expect(streamed?.embedding).toEqual(vectorOf(hashOf('a.jpg'), OTHER.version));
  });

  test('of a model that gave way for good goes with it', async () => {
    await using test = await openTestDatabase();
    const { images, clipState } = test.database;
    await images.upsertPhotos(test.library.id, [photo('a.jpg')]);
    await encodeAll(test);
    await removePhoto(test, 'a.jpg');
    await clipState.replace(MODEL.version, OTHER);
    await images.forgetEmbeddings({ keep: OTHER.version });
    test.clock.time += 366 * DAY_MS;
    expect(await images.purgeKeptEmbeddings()).toBe(0);
  });

  test('goes with its library when a person removes that', async () => {
    await using test = await openTestDatabase();
    const { images, libraries } = test.database;
    await images.upsertPhotos(test.library.id, [photo('a.jpg'), photo('b.jpg')]);
    await encodeAll(test);
    await removePhoto(test, 'a.jpg');
    await libraries.remove(test.library.id);
    const again = await libraries.add({ name: 'again', rootPath: '/photos', excludedDirs: [], rootIdentity: '1:2:3' });
    expect(again).toMatchObject({ rootIdentity: '1:2:3', question: null, answer: null, gonePhotos: null });
    await images.upsertPhotos(again.id, [photo('a.jpg'), photo('b.jpg')]);
    expect(await images.counters()).toMatchObject({ photos: 2, encoded: 0, pending: 2 });
  });
});

test('rows of before learn their inode once; those that know it keep it', async () => {
  await using test = await openTestDatabase();
  const { images } = test.database;
  await images.upsertPhotos(test.library.id, [
    photo('a.jpg', { changedAtMs: null, inode: null }),
    photo('b.jpg', { changedAtMs: 5, inode: '18446744073709551615' }),
  ]);
  const known = await images.findKnownFiles(test.library.id, ['a.jpg', 'b.jpg']);
  await images.noteInodes(known.map(({ id }) => ({ id, changedAtMs: 7, inode: '9' })));
  expect(await images.pageKnownFiles({ libraryId: test.library.id, after: null, limit: 9 })).toMatchObject([
    { relPath: 'a.jpg', changedAtMs: 7, inode: '9' },
    { relPath: 'b.jpg', changedAtMs: 5, inode: '18446744073709551615' },
  ]);
});

test('a photo was moved when a newer row has its bytes, not when there was a copy before', async () => {
  await using test = await openTestDatabase();
  const { images, libraries } = test.database;
  const libraryId = test.library.id;
  const other = await libraries.add({ name: 'other', rootPath: '/other', excludedDirs: [], rootIdentity: null });
  expect(await images.newestId(libraryId)).toBe(0);
  const names = ['backed-up', 'moved', 'elsewhere', 'missing', 'gone'];
  await images.upsertPhotos(
    libraryId,
    names.map((content) => photo(`old/${content}`, { content })),
  );
  await images.upsertPhotos(libraryId, [photo('backup/backed-up', { content: 'backed-up' })]);
  const newerThan = await images.newestId(libraryId);
  await images.upsertPhotos(other.id, [photo('elsewhere', { content: 'elsewhere' })]);
  const newer = ['moved', 'missing', 'gone'];
  await images.upsertPhotos(
    libraryId,
    newer.map((content) => photo(`new/${content}`, { content })),
  );
  const idOf = async (relPath: string) => (await images.findKnownFiles(libraryId, [relPath]))[0]!.id;
  await images.markMissing([await idOf('new/missing')], 1);
  const except = [await idOf('new/gone')];
  const moved = await Promise.all(
    names.map(async (name) => images.countMoved({ libraryId, ids: [await idOf(`old/${name}`)], newerThan, except })),
  );
  expect(moved).toEqual([0, 1, 0, 0, 0]);
  const ids = await Promise.all(names.map((name) => idOf(`old/${name}`)));
  expect(await images.countMoved({ libraryId, ids, newerThan, except: [] })).toBe(2);
});

test('a sample is spread over the whole library, missing rows left out', async () => {
  await using test = await openTestDatabase();
  const { images, libraries } = test.database;
  const other = await libraries.add({ name: 'other', rootPath: '/other', excludedDirs: [], rootIdentity: null });
  expect(await images.sampleKnownFiles(test.library.id, 3)).toEqual([]);
  const paths = Array.from({ length: 30 }, (_, n) => `${String(n).padStart(2, '0')}.jpg`);
  await images.upsertPhotos(
    test.library.id,
    paths.slice(0, 15).map((path) => photo(path)),
  );
  await images.upsertPhotos(other.id, [photo('other.jpg')]);
  await images.upsertPhotos(
    test.library.id,
    paths.slice(15).map((path) => photo(path)),
  );
  const [first] = await images.findKnownFiles(test.library.id, ['00.jpg']);
  await images.markMissing([first!.id], 1);
  const sample = await images.sampleKnownFiles(test.library.id, 3);
  expect(sample.map(({ relPath }) => relPath)).toEqual(['01.jpg', '10.jpg', '19.jpg']);
  expect(await images.sampleKnownFiles(test.library.id, 100)).toHaveLength(29);
});
