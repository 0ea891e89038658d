import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiSearchAnswer } from '@clip-watch/server';
import { lacksShared, sharedPath, tempFolder } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { writeColour } from './colour-photos.js';
import { openServer, type TestServer } from './open-server.js';
import { runJson } from './run-cli.js';

type Search = (body: object) => Promise<ApiSearchAnswer>;

/** The server over folders that were indexed before, with the encoder that indexed them. */
async function openIndexed(
  dataDir: string,
  folders: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly server: TestServer; readonly search: Search }> {
  await runJson(['index', ...folders], { dataDir, env });
  const server = await openServer({ dataDir, env: { APOLLO_URL: 'embedded', ...env } });
  await server.host.search.index.whenLoaded();
  await server.host.clipClient.whenReady();
  const search: Search = async (payload) => {
    const headers = { host: 'localhost' };
    const answer = await server.app.inject({ method: 'POST', url: '/api/search', headers, payload });
    expect(answer.statusCode, answer.body).toBe(200);
    return answer.json() as ApiSearchAnswer; // What this route answers.
  };
  return { server, search };
}

async function expectNothing(search: Search, text: string, photos: number): Promise<void> {
  const answer = await search({ text, limit: 500 });
  expect(answer, text).toMatchObject({ items: [], nextCursor: null, belowMinScore: photos });
  const all = await search({ text, limit: 500, minScore: -1 });
  expect(all, text).toMatchObject({ minScore: -1, belowMinScore: 0 });
  expect(all.items, text).toHaveLength(photos);
}

test('the starter model: colours stand out, other words find nothing, and all are there on request', async () => {
  using data = tempFolder();
  using photos = tempFolder();
  const shades = Array.from({ length: 8 }, (_, index) => index * 6);
  for (const shade of shades) {
    await writeColour(join(photos.path, `red-${shade}.jpg`), [215 - shade, 20, 25], 64);
    await writeColour(join(photos.path, `green-${shade}.jpg`), [25, 150 - shade, 40], 64);
    await writeColour(join(photos.path, `blue-${shade}.jpg`), [20, 45, 210 - shade], 64);
    await writeColour(join(photos.path, `bright-${shade}.jpg`), [246 - shade / 6, 246, 244], 64);
  }
  const { server, search } = await openIndexed(data.path, [photos.path], {});
  await using _ = server;
  const red = await search({ text: 'red', limit: 500 });
  expect(red.items.map(({ relPath }) => relPath.split('-')[0])).toEqual(shades.map(() => 'red'));
  expect(red.belowMinScore).toBe(24);
  for (const { score } of red.items) expect(score).toBeGreaterThanOrEqual(red.minScore ?? 1);
  const first = await search({ text: 'red', limit: 3 });
  const rest = await search({ text: 'red', limit: 500, cursor: first.nextCursor });
  expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(red.items.map(({ id }) => id));
  expect((await search({ text: 'red', limit: 500, minScore: -1 })).items).toHaveLength(32);
  await expectNothing(search, 'a volcano', 32);
  for (const colour of ['green', 'blue', 'bright'])
    expect((await search({ text: colour, limit: 1 })).items[0]?.relPath, colour).toMatch(`${colour}-`);
  const like = await search({ imageId: red.items[0]?.id, limit: 500 });
  expect(like).toMatchObject({ minScore: null, belowMinScore: 0 });
  expect(like.items).toHaveLength(31);
});

describe.skipIf(lacksShared('searches with a trained model over real photos'))('a CLIP model over real photos', () => {
  test('what is there is found, what is not is not claimed', async () => {
    using data = tempFolder();
    const semantic = sharedPath('golden/semantic');
    const env = { CLIP_MODEL_DIR: sharedPath('models/labelclip') };
    const { server, search } = await openIndexed(data.path, [semantic, sharedPath('photos')], env);
    await using _ = server;
    const { photos, failed } = await server.host.status();
    const { cases } = JSON.parse(readFileSync(join(semantic, 'expected.json'), 'utf8'));
    for (const { text, first } of cases) {
      const { items, minScore, belowMinScore } = await search({ text, limit: 500 });
      // The other folder holds photos of such things too; the right one is a hit, and most photos are not.
      expect(
        items.map(({ relPath }) => relPath),
        text,
      ).toContain(first);
      expect(items.length, text).toBeLessThan(belowMinScore);
      expect(minScore, text).toBeGreaterThan(0);
    }
    // Words that this model does not know.
    for (const text of ['xyzzy', 'the of']) await expectNothing(search, text, photos - failed);
  }, 300_000);
});
