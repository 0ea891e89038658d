/** What a library of any size has to stand; the tests and the deep tests run the same with different numbers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { startMockApollo } from '@clip-watch/apollo-mock';
import { tempFolder } from '@clip-watch/test-support';
import { expect } from 'vitest';
import { openServer } from './open-server.js';
import { MAIN } from './run-cli.js';
import { memoryOf } from './served.js';
import { folderName, NO_PICTURE, numberedNames, tinyPng, writeTinyPhotos } from './tiny-photos.js';

/** Every folder is renamed, and every tenth photo besides: nothing is sent to the encoder again. */
export async function renameTree(count: number): Promise<void> {
  using data = tempFolder();
  using root = tempFolder();
  await using apollo = await startMockApollo();
  const relPaths = writeTinyPhotos(root.path, numberedNames(count, 'photo', 'png'), await tinyPng());
  await using server = await openServer({ dataDir: data.path, env: { APOLLO_URL: apollo.address } });
  const { keeper, database, drain } = server.host;
  const { library } = await keeper.add({ rootPath: root.path });
  await keeper.scan(library.id);
  await drain?.drainOnce();
  expect(apollo.counters.items).toBe(count);

  for (let n = 0; n < count; n += 10)
    renameSync(join(root.path, relPaths[n]!), join(root.path, `${relPaths[n]}.moved.png`));
  for (let n = 0; n < count / 100; n++) renameSync(join(root.path, folderName(n)), join(root.path, `moved-${n}`));
  expect(await keeper.scan(library.id)).toMatchObject({ added: count, missing: count });
  await drain?.drainOnce();
  expect(await database.images.counters(library.id)).toMatchObject({ encoded: count, pending: 0, missing: count });
  expect(apollo.counters.items).toBe(count);
}

export interface IndexRun {
  readonly photos: number;
  /** The most memory that the server's own process ever held. */
  readonly peakBytes: number;
}

/** A first run over a small library, then `count` files made while nothing runs, then a second run that finds them. */
export async function findWhatWasMadeMeanwhile(
  count: number,
  first = 500,
): Promise<{ readonly few: IndexRun; readonly all: IndexRun }> {
  using data = tempFolder();
  using root = tempFolder();
  writeTinyPhotos(root.path, numberedNames(first, 'first', 'jpg'), NO_PICTURE);
  const few = await runIndex(data.path, root.path);
  writeTinyPhotos(root.path, numberedNames(count, 'later', 'jpg'), NO_PICTURE);
  const all = await runIndex(data.path, root.path);
  expect([few.photos, all.photos]).toEqual([first, first + count]);
  return { few, all };
}

/** `clip-watch index` without an encoder: a scan, and the number of rows that there are then. */
async function runIndex(dataDir: string, root: string): Promise<IndexRun> {
  const env = { PATH: process.env.PATH, HOME: dataDir, CLIP_WATCH_DATA_DIR: dataDir, APOLLO_URL: 'disabled' };
  const child = spawn(process.execPath, [MAIN, 'index', root, '--json'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let document = '';
  child.stdout.on('data', (chunk: Buffer) => {
    document += chunk.toString();
  });
  let peakBytes = 0;
  const timer = setInterval(() => {
    peakBytes = memoryOf(child.pid!, 'VmHWM') ?? peakBytes;
  }, 50);
  await once(child, 'close');
  clearInterval(timer);
  return { photos: JSON.parse(document).photos, peakBytes };
}
