import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { makeOwnedFolder, sweepLeftovers } from './owned-folder.js';

const BUILT = new URL('../dist/index.js', import.meta.url);

/** Of a process that ended without removing it. */
function leftover(parent: string): string {
  const program = `import { makeOwnedFolder } from '${BUILT.href}'; console.log(makeOwnedFolder(process.argv[1], 'dead'));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program, parent], { encoding: 'utf8' });
  return basename(stdout.trim());
}

test('what a dead process left is removed, what a living one has is not', async () => {
  using folder = tempFolder();
  const dead = leftover(folder.path);
  writeFileSync(join(folder.path, dead, 'file'), 'x');
  const own = basename(makeOwnedFolder(folder.path, 'test'));
  expect(await sweepLeftovers(folder.path)).toEqual([dead]);
  expect(readdirSync(folder.path)).toEqual([own]);
});

test.skipIf(!existsSync('/proc/self/stat'))('an owner whose id was given to another process is dead', async () => {
  using folder = tempFolder();
  const own = makeOwnedFolder(folder.path, 'test');
  const reused = own.replace(/-(\d+)-[0-9a-z]+-/, '-$1-1-'); // our id, at another time
  renameSync(own, reused);
  expect(await sweepLeftovers(folder.path)).toEqual([basename(reused)]);
});

test('links, files and other names are left alone, and what a leftover links to as well', async () => {
  using folder = tempFolder();
  const dead = leftover(folder.path);
  const treasure = join(folder.path, 'treasure');
  mkdirSync(treasure);
  writeFileSync(join(treasure, 'file'), 'x');
  symlinkSync(treasure, join(folder.path, dead, 'link'));
  const twin = dead.replace(/.{6}$/, 'AAAAAA');
  const file = dead.replace(/.{6}$/, 'BBBBBB');
  symlinkSync(treasure, join(folder.path, twin));
  writeFileSync(join(folder.path, file), 'x');
  mkdirSync(join(folder.path, 'clip-watch-test-abcdef'));
  expect(await sweepLeftovers(folder.path)).toEqual([dead]);
  expect(readdirSync(folder.path).sort()).toEqual([twin, file, 'clip-watch-test-abcdef', 'treasure'].sort());
  expect(readdirSync(treasure)).toEqual(['file']);
});

test('a folder that is not there has no leftovers', async () => {
  expect(await sweepLeftovers('/nowhere/at/all')).toEqual([]);
});
