import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@clip-watch/db';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { inspect } from './db-raw.js';
import { idsAfter, makeBacklog, startWriter } from './db-support.js';

const KILLS = Number(process.env.CLIP_WATCH_TEST_KILLS ?? 50);
const PHOTOS = 20_000;

test(`${KILLS} kills of a writer lose no acknowledged row and harm no file`, { timeout: 3_600_000 }, async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'kill.db');
  await makeBacklog(file, PHOTOS);
  let acknowledged = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const writer = startWriter({ file, owner: 'one', limit: 20, leaseMs: 60_000 });
    while (writer.lines.length === 0 && writer.child.exitCode === null) await sleep(2);
    await sleep(Math.random() * 60);
    writer.child.kill('SIGKILL');
    await writer.ended;
    const stored = idsAfter(writer.lines, 'stored');
    acknowledged += stored.length;
    expect(inspect(file, stored), `kill ${kill}`).toEqual({ sound: 'ok', lost: [] });
    // What a killed run left claimed is free at once for the next one, without a crash on any photo.
    await using database = await openDatabase({ url: `file:${file}` });
    await database.images.releaseOwner('one');
  }
  process.stdout.write(`${KILLS} kills, ${acknowledged} acknowledged rows, 0 lost\n`);
  expect(acknowledged).toBeGreaterThan(KILLS);
});
