import { appendFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiProblem, ApiSearchAnswer } from '@clip-watch/server';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeColourPhotos } from './colour-photos.js';
import { endEncoder, PALETTE, startEncoder } from './encoder-process.js';
import { openServer, type TestServer } from './open-server.js';
import { runJson } from './run-cli.js';

async function search(
  { app }: TestServer,
  payload: object,
): Promise<{ status: number; body: ApiSearchAnswer & ApiProblem }> {
  const answer = await app.inject({ method: 'POST', url: '/api/search', headers: { host: 'localhost' }, payload });
  return { status: answer.statusCode, body: answer.json() };
}

describe('words are searched while every encoder is away', () => {
  const photos = tempFolder();
  const data = tempFolder();
  const socket = tempFolder();
  const APOLLO_URL = `unix:${join(socket.path, 's')}`;

  beforeAll(async () => {
    await writeColourPhotos(photos.path);
    const encoder = await startEncoder(APOLLO_URL);
    try {
      await runJson(['index', photos.path], { dataDir: data.path, env: { APOLLO_URL } });
    } finally {
      await endEncoder(encoder);
    }
  });
  afterAll(() => {
    for (const folder of [photos, data, socket]) folder[Symbol.dispose]();
  });

  const openLoaded = async (env: Record<string, string> = {}): Promise<TestServer> => {
    const server = await openServer({ dataDir: data.path, env: { APOLLO_URL, ...env } });
    await server.host.search.index.whenLoaded();
    return server;
  };

  test('words that were searched before a restart still find', async () => {
    const encoder = await startEncoder(APOLLO_URL);
    try {
      await using server = await openLoaded();
      await server.host.clipClient.whenReady({ signal: AbortSignal.timeout(60_000) });
      expect((await search(server, { text: 'dark green' })).status).toBe(200);
    } finally {
      await endEncoder(encoder);
    }
    await using server = await openLoaded();
    expect((await search(server, { text: 'dark green' })).body.items.length).toBeGreaterThan(0);
    expect((await search(server, { text: 'light green' })).status).toBe(503);
    const needsEncoder = (text: string, notText?: string): boolean =>
      server.host.search.needsEncoder({ kind: 'text', text, ...(notText === undefined ? {} : { notText }) });
    expect([needsEncoder('dark green'), needsEncoder('dark green', ' '), needsEncoder('dark green', 'blue')]).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('words that were searched before still find; others say why, and a photo still finds', async () => {
    await using server = await openLoaded();
    const encoder = await startEncoder(APOLLO_URL);
    try {
      await server.host.clipClient.whenReady({ signal: AbortSignal.timeout(60_000) });
      expect((await search(server, { text: 'red' })).body.items[0]?.relPath).toBe('red.jpg');
    } finally {
      await endEncoder(encoder);
    }
    const red = await search(server, { text: 'red' });
    expect(red.body.items[0]?.relPath).toBe('red.jpg');
    expect((await search(server, { text: 'red', notText: 'blue' })).status).toBe(503);
    const blue = await search(server, { text: 'blue' });
    expect(blue).toMatchObject({ status: 503, body: { code: 'SEARCH_UNAVAILABLE' } });
    expect(blue.body.detail).toMatch(/encoder.*Searching by one of your photos still works/);
    expect((await search(server, { imageId: red.body.items[0]?.id })).body.items).toHaveLength(5);
  });

  test('with the same model in CLIP_MODEL_DIR this machine reads the words', async () => {
    await using server = await openLoaded({ CLIP_MODEL_DIR: PALETTE });
    const { status, body } = await search(server, { text: 'blue' });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.items[0]?.relPath).toBe('sea/blue.webp');
  });

  test('another model in CLIP_MODEL_DIR is no help, and finds nothing wrong', async () => {
    using other = tempFolder();
    cpSync(PALETTE, other.path, { recursive: true });
    appendFileSync(join(other.path, 'tokenizer.json'), '\n');
    await using server = await openLoaded({ CLIP_MODEL_DIR: other.path });
    expect((await search(server, { text: 'violet' })).status).toBe(503);
  });

  test('a model folder that cannot be served leaves the answer as it is', async () => {
    using empty = tempFolder();
    await using server = await openLoaded({ CLIP_MODEL_DIR: empty.path });
    for (const text of ['yellow', 'orange']) expect((await search(server, { text })).status).toBe(503);
  });
});
