import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { openDataFolder } from './data-folder.js';

test('makes all that is missing of it, for this user only', () => {
  using folder = tempFolder();
  const dataDir = join(folder.path, 'some', 'where');
  for (const _ of [1, 2]) openDataFolder(dataDir);
  expect([folder.path, dataDir].map((path) => statSync(path).mode & 0o077)).toEqual([0, 0]);
});

test('one below a file is refused', () => {
  using folder = tempFolder();
  writeFileSync(join(folder.path, 'file'), '');
  expect(() => openDataFolder(join(folder.path, 'file', 'data'))).toThrow('cannot use the data folder');
});

test.skipIf(process.platform !== 'linux')(
  'one where the system lets nobody make a folder is refused, not tried for ever',
  () => {
    expect(() => openDataFolder('/proc/clip-watch')).toThrow('cannot use the data folder');
  },
);
