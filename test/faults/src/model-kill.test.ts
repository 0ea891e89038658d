import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Database, openDatabase } from '@clip-watch/db';
import { tempFolder } from '@clip-watch/test-support';
import { advanceModelChange } from '@clip-watch/watcher';
import { expect, test } from 'vitest';
import { inspect } from './db-raw.js';
import { numbered } from './drain-rig.js';

const KILLS = Number(process.env.CLIP_WATCH_TEST_KILLS ?? 6);
/** More than two batches of what is carried over after a change. */
const PHOTOS = 250;
/** Most lines that the program says before its end: a change is a dozen. */
const MOST_LINES = 24;
const CHANGER = fileURLToPath(new URL('./model-changer.mjs', import.meta.url));

async function makePhotos(file: string): Promise<void> {
  await using database = await openDatabase({ url: `file:${file}` });
  const { id: libraryId } = await database.libraries.add({
    name: 'l',
    rootPath: '/l',
    excludedDirs: [],
    rootIdentity: null,
  });
  await database.clipState.pin({ version: 'model-1', name: 'made up', dimension: 16 });
  await database.images.upsertPhotos(libraryId, numbered(PHOTOS));
  const request = { libraryId, limit: PHOTOS, owner: 'first', leaseMs: 60_000, wantedModelVersion: 'model-1' };
  const { token, candidates } = await database.images.claimClipCandidates(request);
  const common = { token, modelVersion: 'model-1', quality: 'full', decoderVersion: 'd' } as const;
  const embedding = new Float32Array(16).fill(1);
  await database.images.backfillClipEmbeddings(
    candidates.map(({ id, contentHash }) => ({ ...common, imageId: id, contentHash, embedding })),
  );
}

/** Kills the program once it has said what is waited for. @returns what it said last */
async function killWhen(isTime: (line: string, count: number) => boolean, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [CHANGER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let count = 0;
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    count += 1;
    if (isTime(line, count)) break;
  }
  await sleep(Math.random() * 4);
  child.kill('SIGKILL');
  await ended;
  expect(child.signalCode, 'the program ended before the kill').toBe('SIGKILL');
  return last;
}

/** By what it got done, not by the clock: a slow machine is met in the middle of its work too. */
const killAfter = (file: string, lines: number): Promise<string> =>
  killWhen((_, count) => count === lines, [file, 'one']);

/** The numbers of all vectors that a search would compare. */
async function searched({
  images,
  clipState,
}: Database): Promise<{ readonly model: number; readonly found: number[] }> {
  const { activeModelVersion } = await clipState.read();
  const found: number[] = [];
  for await (const batch of images.streamEmbeddings({ modelVersion: activeModelVersion ?? '' }))
    found.push(...batch.map(({ embedding }) => embedding[0] ?? 0));
  return { model: Number(activeModelVersion?.slice('model-'.length)), found };
}

test(`${KILLS} kills while models change: every photo is found all the time, by one model`, {
  timeout: 3_600_000,
}, async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'models.db');
  await makePhotos(file);
  const met = new Map<string, number>();
  let latest = 1;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const last = await killAfter(file, 1 + Math.floor(Math.random() * MOST_LINES));
    met.set(last, (met.get(last) ?? 0) + 1);
    expect(inspect(file, [])).toEqual({ sound: 'ok', lost: [] });
    await using database = await openDatabase({ url: `file:${file}` });
    const { model, found } = await searched(database);
    expect(found, `kill ${kill} after ${last}`).toEqual(Array.from({ length: PHOTOS }, () => model));
    latest = model;
  }
  process.stdout.write(
    `${KILLS} kills (${[...met].map(([word, count]) => `${count} in ${word}`).join(', ')}), ${latest} models\n`,
  );
  expect(latest).toBeGreaterThan(1);
});

test('a kill between the change and what is carried over: both places are searched, and the next start ends it', {
  timeout: 120_000,
}, async () => {
  using folder = tempFolder();
  const file = join(folder.path, 'models.db');
  await makePhotos(file);
  await killWhen((line) => line === 'between', [file, 'one', 'between']);
  await using database = await openDatabase({ url: `file:${file}` });
  expect(await database.clipState.read()).toMatchObject({ retiringModelVersion: 'model-1' });
  const { model, found } = await searched(database);
  expect(model).toBe(2);
  expect(found).toEqual(Array.from({ length: PHOTOS }, () => model));
  await advanceModelChange(database);
  expect(await database.clipState.read()).toMatchObject({ retiringModelVersion: null });
  expect((await searched(database)).found).toEqual(found);
  expect(await database.images.counters()).toMatchObject({ encoded: PHOTOS, searchable: PHOTOS });
});
