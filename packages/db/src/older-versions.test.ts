import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDatabase } from './database.js';
import type { Database } from './database-types.js';
import type { Migration } from './migration-plan.js';
import { readMigrations } from './sqlite/migrations.js';
import {
  makeOlderDatabase,
  OLD_VECTOR,
  openDatabaseAt,
  runSql,
  withMadeUpMigration,
} from './testing/older-database.js';
import { temporaryFolder } from './testing/open-test-database.js';
import { claimOf } from './testing/rows.js';

const ADD_COLUMN = 'ALTER TABLE image_exif ADD COLUMN made_up INTEGER NOT NULL DEFAULT 7;';

function setUp() {
  const folder = temporaryFolder();
  const file = join(folder.path, 'photos.db');
  return {
    file,
    url: `file:${file}`,
    migrations: (sql: string) => withMadeUpMigration(join(folder.path, 'migrations'), sql),
    copies: () => readdirSync(folder.path).filter((name) => name.includes('before-update')),
    pathOf: (name: string) => join(folder.path, name),
    [Symbol.dispose]: folder.remove,
  };
}

/** Every photo of `makeOlderDatabase` is as it was, and can be worked with. */
async function expectAllKept({ images, libraries, clipState }: Database): Promise<void> {
  expect(await libraries.list()).toMatchObject([{ id: 1, name: 'old', rootPath: '/old', excludedDirs: [] }]);
  expect(await clipState.read()).toMatchObject({ wantedModelVersion: 'model-a', dimension: 4 });
  const counted = { photos: 4, pending: 1, encoded: 1, searchable: 1, outdated: 0, failed: 1, skipped: 1, missing: 1 };
  expect(await images.counters(1)).toMatchObject(counted);
  const done = await images.findImageByPath(1, 'done.jpg');
  expect(await images.findEmbedding(done?.id ?? 0)).toEqual({
    modelVersion: 'model-a',
    embedding: new Float32Array(OLD_VECTOR),
  });
  const { items } = await images.pageFailures({ limit: 10 });
  expect(items.map(({ relPath, clip }) => [relPath, clip.errorReason])).toEqual([['bad.jpg', 'corrupt']]);
  const claim = await images.claimClipCandidates(claimOf(1));
  expect(claim.candidates.map(({ relPath }) => relPath)).toEqual(['fresh.jpg']);
  await images.releaseClaims(claim.token);
}

async function expectAllKeptBy(url: string, known: readonly Migration[] = readMigrations()): Promise<void> {
  const database = await openDatabaseAt({ url }, known);
  await expectAllKept(database);
  await database.close();
}

describe('a database from every older version', () => {
  const versions = readMigrations().map((_migration, at) => at + 1);

  test.each(versions)('with %i migrations is brought up to date and keeps its photos', async (count) => {
    using t = setUp();
    await makeOlderDatabase(t.url, readMigrations().slice(0, count));
    const before = t.copies().length;
    await expectAllKeptBy(t.url);
    expect(t.copies().length - before).toBe(count === versions.length ? 0 : 1);
  });

  test.each(versions)('with %i migrations goes on to one that is still to come', async (count) => {
    using t = setUp();
    const next = t.migrations(ADD_COLUMN);
    await makeOlderDatabase(t.url, next.slice(0, count));
    await expectAllKeptBy(t.url, next);
    // There is nothing to do the second time.
    const before = t.copies();
    await expectAllKeptBy(t.url, next);
    expect(t.copies()).toEqual(before);
  });
});

describe('an update', () => {
  test('in the middle of the starter model giving way: the walk goes on, and every verdict is looked at again', async () => {
    using t = setUp();
    const [first] = readMigrations();
    await makeOlderDatabase(t.url, first === undefined ? [] : [first]);
    await runSql(t.url, "UPDATE clip_state SET wanted_model_version = 'model-b', model_name = 'B', dimension = 8");
    await using database = await openDatabase({ url: t.url });
    expect(await database.clipState.read()).toMatchObject({
      activeModelVersion: 'model-b',
      activeModelName: 'B',
      activeDimension: 8,
      wantedModelVersion: 'model-b',
      retiringModelVersion: 'model-a',
      retiringModelName: 'palette',
      ledgerModelVersion: null,
    });
    expect(await database.images.counters()).toMatchObject({ encoded: 1, searchable: 0, outdated: 1 });
    expect(await database.images.forgetEmbeddings({ keep: 'model-b' })).toBe(1);
    await database.images.resetLedger({ wanted: 'model-b' });
    expect(await database.images.counters()).toMatchObject({ encoded: 0, outdated: 0, failed: 0, pending: 3 });
  });

  test('leaves a copy of the file that the older program opens; its own file that one refuses', async () => {
    using t = setUp();
    await makeOlderDatabase(t.url, readMigrations());
    await expectAllKeptBy(t.url, t.migrations(ADD_COLUMN));
    await expect(openDatabase({ url: t.url })).rejects.toMatchObject({
      code: 'NEWER_SCHEMA',
      message: expect.stringContaining('99990101000000_made_up'),
    });
    // The way back, as the documents tell it.
    const [copy = ''] = t.copies();
    renameSync(t.pathOf(copy), t.file);
    await expectAllKeptBy(t.url);
  });

  test('that fails half-way changes nothing, and the copy is there', async () => {
    using t = setUp();
    await makeOlderDatabase(t.url, readMigrations());
    const broken = t.migrations(`${ADD_COLUMN}\nALTER TABLE nowhere ADD COLUMN x TEXT;`);
    await expect(openDatabaseAt({ url: t.url }, broken)).rejects.toMatchObject({
      code: 'UPDATE_FAILED',
      message: expect.stringMatching(/photos\.db.*made_up.*taken back/),
    });
    expect(t.copies()).toHaveLength(1);
    await expectAllKeptBy(t.url);
  });

  test('keeps the last three copies', async () => {
    using t = setUp();
    await makeOlderDatabase(t.url, readMigrations());
    const broken = t.migrations('ALTER TABLE nowhere ADD COLUMN x TEXT;');
    for (let day = 1; day <= 5; day += 1) {
      const now = (): number => Date.UTC(2026, 0, day);
      await expect(openDatabaseAt({ url: t.url, now }, broken)).rejects.toMatchObject({ code: 'UPDATE_FAILED' });
    }
    expect(t.copies().map((name) => name.slice(-17))).toEqual([3, 4, 5].map((day) => `2026010${day}000000000`));
  });

  test('by four programs at once is made by one of them', async () => {
    using t = setUp();
    await makeOlderDatabase(t.url, readMigrations());
    const next = t.migrations(ADD_COLUMN);
    const times = [1, 2, 3, 4].map((at) => () => at);
    const opened = await Promise.all(times.map((now) => openDatabaseAt({ url: t.url, now }, next)));
    for (const database of opened) await expectAllKept(database);
    for (const database of opened) await database.close();
  });
});
