import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../database.js';
import { runSql } from '../testing/older-database.js';
import { openTestDatabase, temporaryFolder } from '../testing/open-test-database.js';
import { photo } from '../testing/rows.js';
import { openSqliteAdapter } from './adapter.js';
import { MIGRATIONS_FOLDER } from './migrations.js';

test('the migrations give exactly the schema of the models', async () => {
  const engine = '../../scripts/schema-engine.mjs';
  const { diffSchema } = (await import(engine)) as { diffSchema(folders: object): Promise<string | null> }; // a script
  const folders = { schemaFolder: dirname(MIGRATIONS_FOLDER), migrationsFolder: MIGRATIONS_FOLDER };
  expect(await diffSchema(folders)).toBeNull();
});

test('the schema engine would tell a difference', async () => {
  const engine = '../../scripts/schema-engine.mjs';
  const { diffSchema } = (await import(engine)) as { diffSchema(folders: object): Promise<string | null> }; // a script
  const empty = temporaryFolder();
  const sql = await diffSchema({ schemaFolder: dirname(MIGRATIONS_FOLDER), migrationsFolder: empty.path });
  expect(sql).toContain('CREATE TABLE "image_exif"');
  empty.remove();
});

test('the counters and waiting vectors have their triggers after every migration', async () => {
  await using test = await openTestDatabase();
  const adapter = await openSqliteAdapter({ file: join(test.folder, 'test.db') });
  const { rows } = await adapter.queryRaw({
    sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name",
    args: [],
    argTypes: [],
  });
  await adapter.dispose();
  expect(rows.flat()).toEqual([
    'image_exif_counted_in',
    'image_exif_counted_out',
    'image_exif_counted_over',
    'image_exif_model_in',
    'image_exif_model_out',
    'image_exif_model_over',
    'image_exif_next_dropped',
  ]);
});

describe('openDatabase and the record of migrations', () => {
  test('the second start changes nothing', async () => {
    await using test = await openTestDatabase();
    await test.database.images.upsertPhotos(test.library.id, [photo('a.jpg')]);
    await test.database.close();
    const again = await openDatabase({ url: test.url });
    expect(await again.images.counters()).toMatchObject({ photos: 1 });
    expect(await again.clipState.read()).toMatchObject({ wantedModelVersion: 'model-a', dimension: 4 });
    await again.close();
  });

  test.each([
    [
      'NEWER_SCHEMA',
      "INSERT INTO _prisma_migrations SELECT 'x', 'c', finished_at, '99990101000000_later', NULL, NULL, started_at, 1 FROM _prisma_migrations LIMIT 1",
    ],
    ['EDITED_MIGRATION', "UPDATE _prisma_migrations SET checksum = 'other'"],
    ['NOT_A_DATABASE', 'DROP TABLE _prisma_migrations'],
  ])('%s is refused, and the next start of the right program works', async (code, sql) => {
    await using test = await openTestDatabase();
    await test.database.close();
    await runSql(test.url, sql);
    await expect(openDatabase({ url: test.url })).rejects.toMatchObject({ code });
  });

  test('four starts at once make one database', async () => {
    const folder = temporaryFolder();
    const url = `file:${join(folder.path, 'new.db')}`;
    const opened = await Promise.all([1, 2, 3, 4].map(() => openDatabase({ url })));
    await opened[0]!.libraries.add({ name: 'one', rootPath: '/one', excludedDirs: [], rootIdentity: null });
    for (const database of opened) expect(await database.libraries.list()).toHaveLength(1);
    for (const database of opened) await database.close();
    folder.remove();
  });
});

test('backup makes a copy that opens, while the database is in use', async () => {
  await using test = await openTestDatabase();
  await test.database.images.upsertPhotos(test.library.id, [photo('a.jpg')]);
  const path = join(test.folder, 'copy.db');
  await test.database.backup(path);
  expect(existsSync(`${path}.part`)).toBe(false);
  await expect(test.database.backup(path)).rejects.toMatchObject({ code: 'BAD_URL' });
  const copy = await openDatabase({ url: `file:${path}` });
  expect(await copy.images.counters()).toMatchObject({ photos: 1 });
  await copy.close();
});
