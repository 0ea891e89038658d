import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from './database.js';
import { openTestDatabase } from './testing/open-test-database.js';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('with a umask that closes nothing', () => {
  let before = 0;
  beforeEach(() => {
    before = process.umask(0);
  });
  afterEach(() => {
    process.umask(before);
  });

  test('the database, what SQLite keeps beside it, and a copy are for this user only', async () => {
    await using test = await openTestDatabase();
    const folder = join(test.folder, 'new');
    mkdirSync(folder);
    writeFileSync(join(folder, 'control'), '');
    await using database = await openDatabase({ url: `file:${join(folder, 'photos.db')}` });
    await database.libraries.add({ name: 'Photos', rootPath: '/photos', excludedDirs: [], rootIdentity: null });
    await database.backup(join(folder, 'copy.db'));
    const modes = Object.fromEntries(readdirSync(folder).map((name) => [name, modeOf(join(folder, name))]));
    expect(modes).toEqual({
      control: 0o666,
      'copy.db': 0o600,
      'photos.db': 0o600,
      'photos.db-shm': 0o600,
      'photos.db-wal': 0o600,
    });
  });
});
