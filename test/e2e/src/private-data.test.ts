import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { writeColourPhotos } from './colour-photos.js';
import { runCli } from './run-cli.js';
import { startServed } from './served.js';

/** What others may do something with. */
function openPaths(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));
  return [folder, ...names].filter((path) => {
    const facts = statSync(path);
    return !facts.isSocket() && (facts.mode & 0o077) !== 0;
  });
}

test('what a server with photos makes is for its user only, in a folder that was open', {
  timeout: 180_000,
}, async () => {
  using home = tempFolder();
  using photos = tempFolder();
  await writeColourPhotos(photos.path);
  const data = join(home.path, 'data');
  mkdirSync(join(data, 'models'), { recursive: true });
  for (const name of ['query-vectors', 'models/config.json']) writeFileSync(join(data, name), 'x');
  for (const folder of [data, join(data, 'models')]) chmodSync(folder, 0o755);
  expect(openPaths(data).length).toBeGreaterThan(2); // Otherwise nothing is shown below.
  await using served = await startServed({ CLIP_WATCH_DATA_DIR: data, LOG_LEVEL: 'info' }, [photos.path]);
  await expect
    .poll(async () => ((await (await fetch(`${served.url}/api/clip/status`)).json()) as { photos: number }).photos, {
      timeout: 120_000,
    })
    .toBeGreaterThan(0);
  const { items } = (await (await fetch(`${served.url}/api/images`)).json()) as { items: readonly { id: number }[] };
  expect((await fetch(`${served.url}/api/images/${items[0]?.id}/thumbnail`)).status).toBe(200);
  expect(readdirSync(data)).toEqual(expect.arrayContaining(['auth-token', 'clip-watch.db', 'clip-watch.db-wal']));
  expect(openPaths(data)).toEqual([]);
  expect(served.log().match(/it is closed to them now/g)).toHaveLength(1);
  const copy = join(home.path, 'copy.db');
  expect((await runCli(['backup', copy], { dataDir: data })).code).toBe(0);
  expect(statSync(copy).mode & 0o077).toBe(0);
});
