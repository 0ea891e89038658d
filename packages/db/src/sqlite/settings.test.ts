import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openTestDatabase, temporaryFolder } from '../testing/open-test-database.js';
import { claimOf, embeddingOf, photo } from '../testing/rows.js';
import { openSqliteAdapter } from './adapter.js';
import { openReader, openWriter } from './connection.js';

describe('the settings of SQLite', () => {
  test.each([
    ['synchronous', 2],
    ['journal_mode', 'wal'],
    ['page_size', 8192],
    ['wal_autocheckpoint', 0],
    // The log keeps its size and is written over: growing takes twice as long to sync.
    ['journal_size_limit', 32 * 1024 * 1024],
    ['foreign_keys', 1],
    // All that one statement may hold up its thread for a foreign lock.
    ['busy_timeout', 20],
  ])('%s is %j', async (name, value) => {
    const folder = temporaryFolder();
    const connection = await openWriter(join(folder.path, 'x.db'), Math.random);
    expect(Object.values((await connection.query(`PRAGMA ${name}`))[0] ?? {})).toEqual([value]);
    await connection.close();
    folder.remove();
  });

  test('the log is folded into the file by the thread while writers go on, and is gone after the close', async () => {
    await using test = await openTestDatabase();
    const file = join(test.folder, 'test.db');
    const before = statSync(file).size;
    // No writer makes a checkpoint by itself, so a file that grows is the thread's work.
    for (let round = 0; statSync(file).size === before; round += 1) {
      expect(round).toBeLessThan(2000);
      const photos = Array.from({ length: 100 }, (_value, at) =>
        photo(`${at}.jpg`, { lensModel: `${round}`.padEnd(2000, 'x'), content: `${round}/${at}` }),
      );
      await test.database.images.upsertPhotos(test.library.id, photos);
    }
    await test.database.close();
    expect(statSync(`${file}-wal`, { throwIfNoEntry: false })).toBeUndefined();
  });
});

test('the connection that reads sees what is committed at once, refuses to write, and takes nothing after its close', async () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'x.db');
  const writer = await openWriter(file, Math.random);
  const reader = await openReader(file, Math.random);
  await writer.script('CREATE TABLE t (a)');
  await writer.query('BEGIN IMMEDIATE');
  await writer.query('INSERT INTO t VALUES (?)', [1]);
  expect(await reader.query('SELECT a FROM t')).toEqual([]);
  await writer.query('COMMIT');
  expect(await reader.query('SELECT a FROM t')).toEqual([{ a: 1 }]);
  await expect(reader.query('INSERT INTO t VALUES (?)', [2])).rejects.toMatchObject({
    cause: { originalMessage: 'attempt to write a readonly database' },
  });
  await reader.close();
  await expect(reader.query('SELECT a FROM t')).rejects.toMatchObject({ code: 'CLOSED' });
  await writer.close();
  folder.remove();
});

describe('a foreign program that holds the write lock', () => {
  test('holds up writes, and neither reads nor timers', async () => {
    await using test = await openTestDatabase();
    const foreign = await openSqliteAdapter({ file: join(test.folder, 'test.db') });
    await foreign.executeScript('BEGIN IMMEDIATE');
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 5);
    const write = test.database.images.upsertPhotos(test.library.id, [photo('a.jpg')]);
    expect(await test.database.images.counters()).toMatchObject({ photos: 0 });
    while (ticks <= 3) await sleep(1);
    await foreign.executeScript('COMMIT');
    await write;
    clearInterval(timer);
    await foreign.dispose();
    expect(await test.database.images.counters()).toMatchObject({ photos: 1 });
  });

  test('a second program works on the same file: what one writes the other reads', async () => {
    await using test = await openTestDatabase();
    const { images } = test.database;
    await images.upsertPhotos(test.library.id, [photo('a.jpg')]);
    const claim = await images.claimClipCandidates(claimOf(test.library.id));
    const { openDatabase } = await import('../database.js');
    const other = await openDatabase({ url: test.url, now: () => test.clock.time });
    expect((await other.images.claimClipCandidates(claimOf(test.library.id))).candidates).toEqual([]);
    expect(await other.images.backfillClipEmbeddings([embeddingOf(claim, claim.candidates[0]!)])).toMatchObject({
      written: 1,
    });
    await other.close();
    expect(await images.counters()).toMatchObject({ encoded: 1 });
  });
});
