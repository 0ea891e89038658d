import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@clip-watch/db';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { inspect } from './db-raw.js';
import { idsAfter, makeBacklog, startWriter } from './db-support.js';

// The deep run raises this to 500.
const KILLS = Number(process.env.CLIP_WATCH_TEST_KILLS ?? 12);
const ROWS_A_CLAIM = 20;
/** Most lines that a writer says before its end: a claim is one, its commit the next. */
const MOST_LINES = 8;

test(`${KILLS} kills of a writer lose no acknowledged row and harm no file`, { timeout: 3_600_000 }, async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'kill.db');
  await makeBacklog(file, KILLS * ROWS_A_CLAIM * MOST_LINES);
  const acknowledged: number[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const writer = startWriter({ file, owner: 'one', limit: ROWS_A_CLAIM, leaseMs: 60_000 });
    // By what it got done, not by the clock: a slow machine is met in the middle of its work too.
    const lines = 1 + Math.floor(Math.random() * MOST_LINES);
    while (writer.lines.length < lines && writer.child.exitCode === null) await sleep(1);
    await sleep(Math.random() * 4);
    writer.child.kill('SIGKILL');
    await writer.ended;
    expect(writer.child.signalCode, 'the work ended before the kill').toBe('SIGKILL');
    const stored = idsAfter(writer.lines, 'stored');
    acknowledged.push(...stored);
    expect(inspect(file, stored), `kill ${kill}`).toEqual({ sound: 'ok', lost: [] });
    // What a killed run left claimed is free at once for the next one, without a crash on any photo.
    await using database = await openDatabase({ url: `file:${file}` });
    await database.images.releaseOwner('one');
  }
  expect(inspect(file, acknowledged)).toEqual({ sound: 'ok', lost: [] });
  process.stdout.write(`${KILLS} kills, ${acknowledged.length} acknowledged rows, 0 lost\n`);
  expect(acknowledged.length).toBeGreaterThan(KILLS);
});
