import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@clip-watch/db';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { idsAfter, makeBacklog, startWriter, type Writer } from './db-support.js';

const ROWS = Number(process.env.CLIP_WATCH_TEST_PROCESS_ROWS ?? 4000);
const KILLS = Number(process.env.CLIP_WATCH_TEST_PROCESS_KILLS ?? 5);
const PROCESSES = 4;

async function countersOf(file: string) {
  await using database = await openDatabase({ url: `file:${file}` });
  return database.images.counters();
}

test(`${PROCESSES} processes work ${ROWS} rows off, none claimed twice`, { timeout: 3_600_000 }, async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'shared.db');
  await makeBacklog(file, ROWS);
  const writers = Array.from({ length: PROCESSES }, (_value, at) =>
    startWriter({ file, owner: `p${at}`, limit: 100, leaseMs: 600_000, waits: true }),
  );
  // All are there before the first begins: on a slow machine one would be done before the last had started.
  while (writers.some(({ lines }) => lines.length === 0)) await sleep(5);
  for (const { child } of writers) child.stdin.write('go');
  expect(await Promise.all(writers.map(({ ended }) => ended))).toEqual([0, 0, 0, 0]);
  const claimed = writers.flatMap(({ lines }) => idsAfter(lines, 'claimed'));
  expect(claimed).toHaveLength(ROWS);
  expect(new Set(claimed).size).toBe(ROWS);
  expect(writers.filter(({ lines }) => idsAfter(lines, 'claimed').length > 0).length).toBeGreaterThan(1);
  expect(await countersOf(file)).toMatchObject({ encoded: ROWS, pending: 0 });
});

test(`one of them killed ${KILLS} times: every row is done`, { timeout: 3_600_000 }, async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'killed.db');
  await makeBacklog(file, ROWS);
  const start = (at: number): Writer => startWriter({ file, owner: `p${at}`, limit: 20, leaseMs: 3000 });
  const writers = Array.from({ length: PROCESSES }, (_value, at) => start(at));
  const all = [...writers];
  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(100 + Math.random() * 400);
    const at = Math.floor(Math.random() * PROCESSES);
    writers[at]?.child.kill('SIGKILL');
    await writers[at]?.ended;
    const next = start(at);
    writers[at] = next;
    all.push(next);
  }
  await Promise.all(writers.map(({ ended }) => ended));
  expect(await countersOf(file)).toMatchObject({ encoded: ROWS, pending: 0, failed: 0 });
  // Nobody's outcome was taken after the claim had gone to another.
  const stored = all.flatMap(({ lines }) => idsAfter(lines, 'stored'));
  expect(new Set(stored).size).toBe(stored.length);
});
