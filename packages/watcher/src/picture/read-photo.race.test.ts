import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { PictureProblem } from './photo-reasons.js';
import { openPhoto, readPhoto } from './read-photo.js';

// The deep run raises this to 200,000.
const READS = Number(process.env.CLIP_WATCH_TEST_READS ?? 20_000);
/** Swaps a folder for a link out of the library, and back, as fast as it can, until told to stop. */
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

test(`no race gets a file outside the library read, in ${READS} tries`, { timeout: 60_000 + READS }, async () => {
  using folder = tempFolder();
  const rootPath = join(folder.path, 'library');
  const outside = join(folder.path, 'outside');
  for (const path of [join(rootPath, 'sub'), outside]) mkdirSync(path, { recursive: true });
  writeFileSync(join(rootPath, 'sub/a.jpg'), 'photo');
  writeFileSync(join(outside, 'a.jpg'), 'secret');
  symlinkSync(outside, join(rootPath, 'link'));
  const stop = new SharedArrayBuffer(4);
  const names = { folder: join(rootPath, 'folder'), link: join(rootPath, 'link'), name: join(rootPath, 'sub') };
  const swapper = new Worker(SWAPPER, { eval: true, workerData: { stop, ...names } });
  try {
    await new Promise((resolve) => swapper.once('online', resolve));
    const guarded = countEscapes(READS, () => {
      using photo = openPhoto({ rootPath, relPath: 'sub/a.jpg' });
      return readPhoto(photo).toString();
    });
    const bare = countEscapes(READS, () => readFileSync(join(rootPath, 'sub/a.jpg'), 'utf8'));
    expect(guarded).toBe(0);
    expect(bare).toBeGreaterThan(0); // else the race was none
  } finally {
    Atomics.store(new Int32Array(stop), 0, 1);
    await swapper.terminate();
  }
});
