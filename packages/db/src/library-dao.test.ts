import { expect, test } from 'vitest';
import { createTableBacklog } from './table-backlog.js';
import { openTestDatabase } from './testing/open-test-database.js';
import { photo } from './testing/rows.js';

test('a pause of the drain takes the place of no offline library, nor does its end', async () => {
  await using test = await openTestDatabase();
  const { libraries } = test.database;
  const backlog = createTableBacklog(test.database);
  const { id } = test.library;
  const standing = async () => {
    const library = await libraries.find(id);
    return [library?.state, library?.stateReason];
  };

  await backlog.setLibraryState(id, 'paused', 'the disk fails');
  expect(await standing()).toEqual(['paused', 'the disk fails']);
  await backlog.setLibraryState(id, 'online', null);
  expect(await standing()).toEqual(['online', null]);

  await libraries.update(id, { state: 'offline', stateReason: 'not there' });
  await backlog.setLibraryState(id, 'paused', 'the disk fails');
  expect(await standing()).toEqual(['offline', 'not there']);
  await backlog.setLibraryState(id, 'online', null);
  expect(await standing()).toEqual(['offline', 'not there']);
});

test('an update sets what it names, null too, and leaves the rest', async () => {
  await using test = await openTestDatabase();
  const { libraries } = test.database;
  const { id, createdAt } = test.library;
  const changed = {
    name: 'Fotos “neu”',
    rootPath: '/new',
    rootIdentity: 'disk:7',
    excludedDirs: ["it's", '**/x'],
    state: 'offline',
    stateReason: 'not there',
    question: 'most_gone',
    answer: 'away',
    gonePhotos: 40,
    lastScanAt: 1_700_000_000_123,
    excludeRulesHash: 'abc',
  } as const;
  expect(await libraries.update(id, changed)).toEqual({ id, createdAt, ...changed });
  const settled = { state: 'online', stateReason: null, question: null, answer: null, gonePhotos: null } as const;
  expect(await libraries.update(id, settled)).toEqual({ id, createdAt, ...changed, ...settled });
  expect(await libraries.update(id, {})).toEqual(await libraries.find(id));
});

test('a library takes no root of another one', async () => {
  await using test = await openTestDatabase();
  const { libraries } = test.database;
  const other = await libraries.add({ name: 'b', rootPath: '/b', excludedDirs: [], rootIdentity: null });
  await expect(libraries.update(other.id, { rootPath: '/photos' })).rejects.toMatchObject({ code: 'DUPLICATE' });
});

test('nothing is left of a library that is removed, and all of the others', async () => {
  await using test = await openTestDatabase();
  const { libraries, images } = test.database;
  const other = await libraries.add({ name: 'b', rootPath: '/b', excludedDirs: [], rootIdentity: null });
  for (const { id } of [test.library, other])
    await images.upsertPhotos(
      id,
      [...Array(101).keys()].map((at) => photo(`${id}/${at}.jpg`)),
    );
  await libraries.remove(test.library.id);
  expect(await libraries.list()).toEqual([other]);
  expect(await images.counters()).toMatchObject({ photos: 101, pending: 101 });
});
