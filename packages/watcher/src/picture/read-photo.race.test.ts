import { mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { identityOf } from '@clip-watch/library-root';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import type { PhotoLocation } from '../picture-types.js';
import { PictureProblem } from './photo-reasons.js';
import { openPhoto, readPhoto } from './read-photo.js';

// The deep run raises this to 200,000.
const READS = Number(process.env.CLIP_WATCH_TEST_READS ?? 20_000);
/** Swaps a folder for another thing, and back, as fast as it can, until told to stop. */
const SWAPPER = `
  const { renameSync } = require('node:fs');
  const { workerData } = require('node:worker_threads');
  const stop = new Int32Array(workerData.stop);
  const { folder, link, name } = workerData;
  while (Atomics.load(stop, 0) === 0) {
    renameSync(name, folder); renameSync(link, name);
    renameSync(name, link); renameSync(folder, name);
  }
`;

/** @returns how often the secret was read */
function countEscapes(reads: number, read: () => string): number {
  let escapes = 0;
  for (let n = 0; n < reads; n += 1) {
    try {
      if (read() === 'secret') escapes += 1;
    } catch (error) {
      const expected = error instanceof PictureProblem || (error instanceof Error && 'code' in error);
      if (!expected) throw error;
    }
  }
  return escapes;
}

/** Reads while `name` is swapped. @returns how often the secret was read, and how often by who does not look */
async function race(
  names: { readonly folder: string; readonly link: string; readonly name: string },
  photo: PhotoLocation,
): Promise<{ readonly guarded: number; readonly bare: number }> {
  const stop = new SharedArrayBuffer(4);
  const swapper = new Worker(SWAPPER, { eval: true, workerData: { stop, ...names } });
  try {
    await new Promise((resolve) => swapper.once('online', resolve));
    const guarded = countEscapes(READS, () => {
      using open = openPhoto(photo);
      return readPhoto(open).toString();
    });
    const bare = countEscapes(READS, () => readFileSync(join(photo.rootPath, photo.relPath), 'utf8'));
    return { guarded, bare };
  } finally {
    Atomics.store(new Int32Array(stop), 0, 1);
    await swapper.terminate();
  }
}

function library(parent: string) {
  const [rootPath, outside] = [join(parent, 'library'), join(parent, 'outside')];
  for (const path of [join(rootPath, 'sub'), join(outside, 'sub')]) mkdirSync(path, { recursive: true });
  writeFileSync(join(rootPath, 'sub/a.jpg'), 'photo');
  for (const name of ['a.jpg', 'sub/a.jpg']) writeFileSync(join(outside, name), 'secret');
  const rootIdentity = identityOf(statSync(rootPath, { bigint: true }));
  return { rootPath, outside, rootIdentity };
}

test(`no race gets a file outside the library read, in ${READS} tries`, { timeout: 60_000 + READS }, async () => {
  using folder = tempFolder();
  const { rootPath, outside, rootIdentity } = library(folder.path);
  symlinkSync(outside, join(rootPath, 'link'));
  const names = { folder: join(rootPath, 'folder'), link: join(rootPath, 'link'), name: join(rootPath, 'sub') };
  const { guarded, bare } = await race(names, { rootPath, rootIdentity, relPath: 'sub/a.jpg' });
  expect(guarded).toBe(0);
  expect(bare).toBeGreaterThan(0); // else the race was none
});

test.each(['a link to another folder', 'another folder'])(
  `no race makes a root of %s, in ${READS} tries`,
  { timeout: 60_000 + READS },
  async (other) => {
    using folder = tempFolder();
    const { rootPath, outside, rootIdentity } = library(folder.path);
    const link = join(folder.path, 'link');
    if (other === 'another folder') renameSync(outside, link);
    else symlinkSync(outside, link);
    const names = { folder: join(folder.path, 'folder'), link, name: rootPath };
    const { guarded, bare } = await race(names, { rootPath, rootIdentity, relPath: 'sub/a.jpg' });
    expect(guarded).toBe(0);
    expect(bare).toBeGreaterThan(0); // else the race was none
  },
);
