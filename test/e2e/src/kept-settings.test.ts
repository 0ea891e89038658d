import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiClipSettings, ApiClipStatus } from '@clip-watch/server';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { writeColour } from './colour-photos.js';
import { openServer, type TestServer } from './open-server.js';
import { runJson } from './run-cli.js';

async function ask<T>(
  { app }: TestServer,
  method: 'GET' | 'POST' | 'PATCH',
  url: string,
  payload?: object,
): Promise<T> {
  const answer = await app.inject({
    method,
    url,
    headers: { host: 'localhost' },
    ...(payload === undefined ? {} : { payload }),
  });
  expect(answer.statusCode).toBe(200);
  return answer.json() as T; // The caller names the answer of this route.
}

const status = (server: TestServer): Promise<ApiClipStatus> => ask(server, 'GET', '/api/clip/status');
const change = (server: TestServer, payload: object): Promise<ApiClipSettings> =>
  ask(server, 'PATCH', '/api/clip/settings', payload);
// An encoder that is never there: what is kept does not depend on one.
const AWAY = { APOLLO_URL: 'unix:/nowhere/apollo.sock' };

test('a change holds over a restart; the environment wins where it says something, and the answer tells', async () => {
  using data = tempFolder();
  const open = (env: Record<string, string> = {}): Promise<TestServer> =>
    openServer({ dataDir: data.path, env: { ...AWAY, ...env } });
  {
    await using server = await open();
    expect(await status(server)).toMatchObject({ concurrency: 4, quietHours: null });
    const answer = await change(server, { concurrency: 9, quietHours: '01:00-02:30' });
    expect(answer).toEqual({ concurrency: 9, quietHours: '01:00-02:30', notice: null });
  }
  {
    await using server = await open();
    expect(await status(server)).toMatchObject({ concurrency: 9, quietHours: '01:00-02:30' });
    expect(await change(server, { quietHours: null })).toMatchObject({ quietHours: null, notice: null });
  }
  {
    await using server = await open({ CLIP_ENCODE_CONCURRENCY: '3' });
    expect(await status(server)).toMatchObject({ concurrency: 3, quietHours: null });
    const answer = await change(server, { concurrency: 5 });
    expect(answer).toMatchObject({ concurrency: 5, notice: expect.stringContaining('CLIP_ENCODE_CONCURRENCY') });
  }
  await using server = await open({ CLIP_ENCODE_CONCURRENCY: '3' });
  expect(await status(server)).toMatchObject({ concurrency: 3 });
});

test('a pause holds over a restart until it is resumed, and index does not mind it', async () => {
  using data = tempFolder();
  using photos = tempFolder();
  await writeColour(join(photos.path, 'red.jpg'), [200, 20, 20], 32);
  {
    await using server = await openServer({ dataDir: data.path, env: AWAY });
    expect(await ask(server, 'POST', '/api/clip/pause')).toMatchObject({ state: 'paused' });
  }
  {
    await using server = await openServer({ dataDir: data.path, env: AWAY });
    expect(await status(server)).toMatchObject({ state: 'paused' });
  }
  expect(await runJson(['index', photos.path], { dataDir: data.path })).toMatchObject({ encoded: 1, pending: 0 });
  {
    await using server = await openServer({ dataDir: data.path, env: AWAY });
    expect(await status(server)).toMatchObject({ state: 'paused' });
    await ask(server, 'POST', '/api/clip/resume');
  }
  await using server = await openServer({ dataDir: data.path, env: AWAY });
  expect((await status(server)).state).not.toBe('paused');
});

test('a change that cannot be saved works all the same, and says how long it holds', async () => {
  using data = tempFolder();
  using elsewhere = tempFolder();
  const DATABASE_URL = `file:${join(elsewhere.path, 'x.db')}`;
  await using server = await openServer({ dataDir: data.path, env: { ...AWAY, DATABASE_URL } });
  rmSync(data.path, { recursive: true });
  const answer = await change(server, { concurrency: 9 });
  expect(answer).toMatchObject({ concurrency: 9, notice: expect.stringContaining('until the next start') });
});
