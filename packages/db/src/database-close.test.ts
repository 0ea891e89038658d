import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSqliteThread } from './sqlite/thread.js';
import { openTestDatabase, temporaryFolder } from './testing/open-test-database.js';
import { photo } from './testing/rows.js';

test('a close waits for what is on its way, and nothing is taken after it', async () => {
  await using test = await openTestDatabase();
  const { database, library, folder } = test;
  const copied = database.backup(join(folder, 'copy.db'));
  const written = database.images.upsertPhotos(library.id, [photo('a.jpg')]);
  const closing = database.close();
  await copied;
  expect(await written).toMatchObject({ added: 1 });
  await closing;
  for (const late of [database.images.counters(), database.backup(join(folder, 'late.db'))])
    await expect(late).rejects.toMatchObject({ code: 'CLOSED' });
});

test('a value that no thread can be given fails its own statement only', async () => {
  const folder = temporaryFolder();
  const connection = await openSqliteThread({ file: join(folder.path, 'x.db'), busyWaitMs: 20 });
  const query = (args: unknown[]) =>
    connection.queryRaw({ sql: 'SELECT ? AS a', args, argTypes: [{ scalarType: 'unknown', arity: 'scalar' }] });
  await expect(query([() => 1])).rejects.toThrow(/could not be cloned/);
  expect((await query([7])).rows).toEqual([[7]]);
  await connection.dispose();
  folder.remove();
});
