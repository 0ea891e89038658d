import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeColour } from './colour-photos.js';
import { openServer, type TestServer } from './open-server.js';
import { NETWORK_FOLDER, UNWATCHABLE_FOLDER, unwatchedDisk } from './unwatched-disk.js';

const PATIENCE_MS = 120_000;
const tools = tempFolder();
const preload = unwatchedDisk(tools.path);
afterAll(() => tools[Symbol.dispose]());

describe.skipIf(preload === undefined)('where no event tells of a change', () => {
  beforeAll(() => {
    process.env.LD_PRELOAD = preload; // Inherited by the children that list and watch.
  });
  afterAll(() => {
    delete process.env.LD_PRELOAD;
  });

  test.each([
    ['a network mount', NETWORK_FOLDER],
    ['a folder for which no watch is left', UNWATCHABLE_FOLDER],
  ])('%s is polled, and a new photo is found by the second scan at the latest', async (_, name) => {
    using data = tempFolder();
    using parent = tempFolder();
    const root = join(parent.path, name);
    mkdirSync(root);
    await using server = await openServer({ dataDir: data.path, env: { SCAN_INTERVAL_S: '1' } });
    const { keeper, database } = server.host;
    const { library } = await keeper.add({ rootPath: root });
    await keeper.start();
    await expect.poll(() => keeper.watchMode(library.id), { timeout: PATIENCE_MS }).toBe('polling');
    await writeColour(join(root, 'new.jpg'), [90, 10, 90]);
    await twoScans(server.host.keeper);
    expect(await database.images.findImageByPath(library.id, 'new.jpg')).not.toBeNull();
  });
});

/** Resolves when two scans that began after now have ended. */
function twoScans({ events }: TestServer['host']['keeper']): Promise<void> {
  return new Promise((resolve) => {
    let begun = 0;
    const stop = events.on(({ change }) => {
      if (change === 'scan-started') begun++;
      if (change !== 'scan-ended' || begun < 2) return;
      stop();
      resolve();
    });
  });
}
