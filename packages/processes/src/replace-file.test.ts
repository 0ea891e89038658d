import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { createFile, putInPlace, replaceFile } from './replace-file.js';

const isPrivate = (path: string): boolean => process.platform === 'win32' || (statSync(path).mode & 0o777) === 0o600;

test('a file is replaced, closed to others, with nothing left beside it', async () => {
  using folder = tempFolder();
  const path = join(folder.path, 'file');
  writeFileSync(path, 'old and longer', { mode: 0o644 });
  await replaceFile(path, 'new');
  expect([readFileSync(path, 'utf8'), isPrivate(path), readdirSync(folder.path)]).toEqual(['new', true, ['file']]);
});

test('one that cannot be replaced stays, and so does nothing else', async () => {
  using folder = tempFolder();
  mkdirSync(join(folder.path, 'file', 'inside'), { recursive: true });
  await expect(replaceFile(join(folder.path, 'file'), 'new')).rejects.toMatchObject({ syscall: 'rename' });
  expect(readdirSync(folder.path)).toEqual(['file']);
});

test('of several that create a file at once, one succeeds and its content stays', async () => {
  using folder = tempFolder();
  const path = join(folder.path, 'file');
  const tries = await Promise.allSettled(['a', 'b', 'c', 'd'].map((content) => createFile(path, content)));
  const winners = tries.flatMap(({ status }, index) => (status === 'fulfilled' ? ['abcd'[index]] : []));
  expect(winners).toEqual([readFileSync(path, 'utf8')]);
  expect(tries.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []))).toEqual(
    Array(3).fill('EEXIST'),
  );
  expect([isPrivate(path), readdirSync(folder.path)]).toEqual([true, ['file']]);
});

test('a finished file takes the place of another', async () => {
  using folder = tempFolder();
  const [finished, path] = [join(folder.path, 'file.part'), join(folder.path, 'file')];
  writeFileSync(finished, 'new');
  writeFileSync(path, 'old');
  await putInPlace(finished, path);
  expect([readFileSync(path, 'utf8'), readdirSync(folder.path)]).toEqual(['new', ['file']]);
});
