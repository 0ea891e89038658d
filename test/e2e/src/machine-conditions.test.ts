import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type MockApollo, startMockApollo } from '@clip-watch/apollo-mock';
import type { ApiClipStatus } from '@clip-watch/server';
import { badDisk, badDiskLibrary, tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writePhotos } from './endings.js';
import { type Served, startServed } from './served.js';

const PATIENCE_MS = 120_000;
const MINUTE_MS = 60_000;
const tools = tempFolder();
const badDisks = badDiskLibrary(tools.path);
const photos = tempFolder();
let apollo: MockApollo;

beforeAll(async () => {
  await writePhotos(photos.path, 40);
  apollo = await startMockApollo({ delayMs: 20, workers: 2 });
});
afterAll(async () => {
  await apollo.close();
  for (const folder of [tools, photos]) folder[Symbol.dispose]();
});

const JSON_TYPE = { 'content-type': 'application/json' };

const status = async ({ url }: Served): Promise<ApiClipStatus> =>
  (await (await fetch(`${url}/api/clip/status`)).json()) as ApiClipStatus; // its own document

const post = async ({ url }: Served, path: string, body: object = {}): Promise<void> => {
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) });
  await answer.arrayBuffer();
};

/** When the log said so, at level warn or above. */
function toldAt(server: Served, condition: RegExp): readonly number[] {
  const lines = server.log().split('\n');
  const told = lines.filter((line) => /"level":[456]0\b/.test(line) && condition.test(line));
  return told.map((line) => Number(/"time":(\d+)/.exec(line)?.[1]));
}

function expectOneLineAMinute(times: readonly number[]): void {
  expect(times.length).toBeGreaterThan(0);
  // The log has two clocks, and a line its own moment.
  for (const [at, time] of times.slice(1).entries()) expect(time - times[at]!).toBeGreaterThan(MINUTE_MS - 2_000);
}

describe.skipIf(badDisks === undefined)('a disk that is full', () => {
  test('is one line a minute in the log, whoever meets it, and nothing is lost', async () => {
    using disk = badDisk(badDisks ?? '');
    // What a scan could not write, the next one does.
    const env = {
      APOLLO_URL: apollo.address,
      CLIP_WATCH_DATA_DIR: disk.path,
      SCAN_INTERVAL_S: '5',
      ...disk.env,
      LOG_LEVEL: 'info',
    };
    await using server = await startServed(env, [photos.path]);
    await expect.poll(async () => (await status(server)).encoded, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
    disk.become('full');
    // All photos may be encoded already, and nothing else writes then.
    const toldOfThumbnail = async (): Promise<number> => {
      await (await fetch(`${server.url}/api/images/1/thumbnail`)).arrayBuffer();
      return toldAt(server, FULL).length;
    };
    await expect.poll(toldOfThumbnail, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
    for (let turn = 0; turn < 5; turn++) {
      await post(server, '/api/clip/pause');
      await post(server, '/api/clip/resume');
      await post(server, '/api/search', { text: `word ${turn}` });
      await post(server, '/api/libraries/1/scan');
      for (const id of [1, 2, 3]) await (await fetch(`${server.url}/api/images/${id}/thumbnail`)).arrayBuffer();
    }
    disk.become('well');
    await expect.poll(async () => (await status(server)).encoded, { timeout: PATIENCE_MS }).toBe(40);
    expect(await status(server)).toMatchObject({ failed: 0, pending: 0 });
    expectOneLineAMinute(toldAt(server, FULL));
    expect(await server.stop()).toBe(0);
  }, 400_000);
  const FULL = /ENOSPC|DISK_FULL|disk is full|no space left/i;
});

describe('a database file that is deleted under a running server', () => {
  test('is told at once: not ready, the reason in the status, one line a minute, and a clean end', async () => {
    using data = tempFolder();
    const env = { APOLLO_URL: apollo.address, CLIP_WATCH_DATA_DIR: data.path, LOG_LEVEL: 'info' };
    await using server = await startServed(env, [photos.path]);
    await expect.poll(async () => (await status(server)).encoded, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
    rmSync(join(data.path, 'clip-watch.db'));
    const ready = async (): Promise<number> => (await fetch(`${server.url}/readyz`)).status;
    await expect.poll(ready, { timeout: PATIENCE_MS }).toBe(503);
    expect(await (await fetch(`${server.url}/readyz`)).json()).toMatchObject({
      code: 'NOT_READY',
      detail: expect.stringContaining('deleted or replaced'),
    });
    expect(await status(server)).toMatchObject({
      state: 'misconfigured',
      reason: expect.stringMatching(/clip-watch\.db was deleted.*newest copy/),
    });
    for (let turn = 0; turn < 5; turn++) {
      await post(server, '/api/libraries/1/scan');
      await post(server, '/api/clip/failures/retry', { all: true });
    }
    await expect.poll(() => toldAt(server, /FILE_GONE/).length, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
    expectOneLineAMinute(toldAt(server, /FILE_GONE/));
    expect(await server.stop(), server.log().slice(-2_000)).toBe(0);
  }, 400_000);
});
