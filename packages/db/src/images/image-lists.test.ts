import { describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../testing/open-test-database.js';
import { photo } from '../testing/rows.js';
import type { ImagePageRequest } from './image-reading-types.js';
import type { PhotoFacts } from './image-types.js';

const DAY_MS = 86_400_000;
const START = Date.UTC(2024, 0, 1);

function taken(relPath: string, day: number, facts: Partial<PhotoFacts> = {}): PhotoFacts {
  return photo(relPath, { takenAt: START + day * DAY_MS, ...facts });
}

/** Every page's paths, by following the cursor to the end. */
async function pages({ database }: TestDatabase, request: ImagePageRequest): Promise<readonly (readonly string[])[]> {
  const all: string[][] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await database.images.pageImages({ ...request, ...(cursor === undefined ? {} : { cursor }) });
    all.push(page.items.map((row) => row.relPath));
    if (page.nextCursor === null) return all;
    cursor = page.nextCursor;
  }
}

describe('the list of photos', () => {
  test('ends at the days it is narrowed to, both included', async () => {
    await using test = await openTestDatabase();
    const photos = Array.from({ length: 10 }, (_, day) => taken(`${day}.jpg`, day));
    await test.database.images.upsertPhotos(test.library.id, photos);
    const request = { takenAfter: START + 2 * DAY_MS, takenBefore: START + 6 * DAY_MS, limit: 2 };
    expect((await pages(test, request)).flat()).toEqual(['6.jpg', '5.jpg', '4.jpg', '3.jpg', '2.jpg']);
  });

  test('a cursor does not lead above the newest day that is wanted', async () => {
    await using test = await openTestDatabase();
    const photos = Array.from({ length: 6 }, (_, day) => taken(`${day}.jpg`, day));
    await test.database.images.upsertPhotos(test.library.id, photos);
    const { images } = test.database;
    const cursor = (await images.pageImages({ limit: 1 })).nextCursor ?? '';
    const narrowed = await images.pageImages({ takenBefore: START + DAY_MS, cursor, limit: 10 });
    expect(narrowed.items.map((row) => row.relPath)).toEqual(['1.jpg', '0.jpg']);
  });

  test('holds a camera’s photos of all libraries, each once, in the order of the list', async () => {
    await using test = await openTestDatabase();
    const { images, libraries } = test.database;
    const other = await libraries.add({ name: 'other', rootPath: '/other', excludedDirs: [], rootIdentity: null });
    const canon = { cameraMake: 'Canon', cameraModel: 'Canon EOS R6' };
    const bare = { cameraMake: null, cameraModel: 'Canon EOS R6' };
    await images.upsertPhotos(test.library.id, [
      taken('a.jpg', 1, canon),
      taken('b.jpg', 2),
      taken('c.jpg', 3, bare),
      taken('d.jpg', 4, { cameraMake: 'Canon', cameraModel: 'Canon EOS R6 II' }),
    ]);
    await images.upsertPhotos(other.id, [taken('e.jpg', 2, canon), taken('f.jpg', 5, canon)]);
    const request = { camera: 'Canon EOS R6', limit: 2 };
    expect((await pages(test, request)).flat()).toEqual(['f.jpg', 'c.jpg', 'e.jpg', 'a.jpg']);
    expect((await pages(test, { ...request, libraryId: other.id })).flat()).toEqual(['f.jpg', 'e.jpg']);
    expect((await pages(test, { ...request, takenBefore: START + 2 * DAY_MS })).flat()).toEqual(['e.jpg', 'a.jpg']);
  });

  test('looks at a bounded number of rows for a camera, and goes on from there', async () => {
    await using test = await openTestDatabase();
    const { images } = test.database;
    const rare = taken('rare.jpg', -1, { cameraMake: null, cameraModel: 'Rare' });
    const others = Array.from({ length: 22_000 }, (_, at) => taken(`${at}.jpg`, at / 100));
    await images.upsertPhotos(test.library.id, [rare, ...others]);
    expect(await pages(test, { camera: 'Rare', limit: 5 })).toEqual([[], ['rare.jpg']]);
  });

  test('gives a page of a thousand, the largest that is allowed', async () => {
    await using test = await openTestDatabase();
    const { images } = test.database;
    const photos = Array.from({ length: 1001 }, (_, at) => taken(`${at}.jpg`, at));
    await images.upsertPhotos(test.library.id, photos);
    expect((await images.pageImages({ limit: 1000 })).items).toHaveLength(1000);
  });

  test('knows the months that hold photos, before 1970 too, and none of hidden ones', async () => {
    await using test = await openTestDatabase();
    const { images, libraries } = test.database;
    const other = await libraries.add({ name: 'other', rootPath: '/other', excludedDirs: [], rootIdentity: null });
    await images.upsertPhotos(test.library.id, [
      taken('a.jpg', 0),
      taken('b.jpg', 30),
      taken('c.jpg', 31),
      photo('old.jpg', { takenAt: -1 }),
      photo('older.jpg', { takenAt: Date.UTC(1931, 4, 31, 23, 59, 59, 999) }),
      photo('hidden.jpg', { takenAt: Date.UTC(2001, 1, 1), skipReason: 'excluded' }),
      photo('beyond.jpg', { takenAt: 1e15 }),
    ]);
    await images.upsertPhotos(other.id, [taken('d.jpg', 1), taken('e.jpg', -1)]);
    expect(await images.months()).toEqual(['2024-02', '2024-01', '2023-12', '1969-12', '1931-05']);
  });
});
