import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ApiClipStatus, ApiProblem, ApiSearchAnswer } from '@clip-watch/server';
import { lacksShared, sharedPath, tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeColourPhotos } from './colour-photos.js';
import { endEncoder, PALETTE, startEncoder } from './encoder-process.js';
import { openServer, type TestServer } from './open-server.js';
import { runCli, runJson } from './run-cli.js';

const PATIENCE = { timeout: 60_000 };
const PHOTOS = 6;

interface Summary {
  readonly encodedNow: number;
  readonly encoded: number;
  readonly pending: number;
  readonly reason: string | null;
}

interface Model {
  readonly activeModelVersion: string;
  readonly wantedModelVersion: string;
  readonly change: ApiClipStatus['change'];
}

const models = tempFolder();
/** The starter model under names of their own: two real models, as far as anybody can tell. */
const [ONE, TWO] = ['one', 'two'].map((name) => join(models.path, name)) as [string, string];

beforeAll(() => {
  for (const [index, folder] of [ONE, TWO].entries()) {
    cpSync(PALETTE, folder, { recursive: true });
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    writeFileSync(
      join(folder, 'config.json'),
      JSON.stringify({ ...config, _name_or_path: `made-up/${basename(folder)}` }),
    );
    appendFileSync(join(folder, 'tokenizer.json'), '\n'.repeat(index + 1));
  }
});
afterAll(() => models[Symbol.dispose]());

describe('with the embedded encoder', () => {
  async function expectChangeAndBack(first: string, second: string): Promise<void> {
    using data = tempFolder();
    using photos = tempFolder();
    await writeColourPhotos(photos.path);
    const options = (folder: string) => ({ dataDir: data.path, env: { CLIP_MODEL_DIR: folder } });
    const index = (folder: string) => runJson<Summary>(['index', photos.path], options(folder));
    expect(await index(first)).toMatchObject({ encodedNow: PHOTOS, pending: 0 });
    const before = await runJson<Model>(['model'], options(first));
    expect(await index(second)).toMatchObject({ encodedNow: PHOTOS, pending: 0, reason: null });
    const after = await runJson<Model>(['model'], options(second));
    expect(after).toMatchObject({ change: null, wantedModelVersion: after.activeModelVersion });
    expect(after.activeModelVersion).not.toBe(before.activeModelVersion);
    expect(await index(second)).toMatchObject({ encodedNow: 0 });
    expect(await index(first)).toMatchObject({ encodedNow: PHOTOS, reason: null });
    expect(await runJson<Model>(['model'], options(first))).toMatchObject({
      activeModelVersion: before.activeModelVersion,
    });
  }

  test('a changed CLIP_MODEL_DIR changes all photos by itself, and back again', async () => {
    await expectChangeAndBack(ONE, TWO);
  }, 300_000);

  test.skipIf(lacksShared('a change to a trained model'))(
    'also to a model with weights of its own',
    async () => {
      await expectChangeAndBack(ONE, sharedPath('models/labelclip'));
    },
    300_000,
  );

  test('other files under the same setting change nothing by themselves: index says which command does', async () => {
    using data = tempFolder();
    using photos = tempFolder();
    using folder = tempFolder();
    const own = join(folder.path, 'own');
    cpSync(ONE, own, { recursive: true });
    await writeColourPhotos(photos.path);
    const options = { dataDir: data.path, env: { CLIP_MODEL_DIR: own } };
    await runJson<Summary>(['index', photos.path], options);
    appendFileSync(join(own, 'tokenizer.json'), '\n');
    await writeColourPhotos(join(photos.path, 'more'));
    appendFileSync(join(photos.path, 'more/red.jpg'), 'other bytes');
    const { code, stderr } = await runCli(['index', photos.path], options);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/clip-watch model switch/)]);
    const { stdout } = await runCli(['model', 'switch', '--json'], options);
    expect(JSON.parse(stdout).change).toMatchObject({ state: 'encoding', total: 11, done: 0 });
    expect((await runJson<Model>(['model', 'rollback'], options)).change).toBeNull();
    await runCli(['model', 'switch', '--now'], options);
    expect((await runJson<Model>(['model'], options)).change).toMatchObject({ state: 'changed', done: 0 });
    expect(await runJson<Summary>(['index', photos.path], options)).toMatchObject({ reason: null, pending: 0 });
    expect((await runJson<Model>(['model'], options)).change).toBeNull();
  }, 300_000);
});

describe('with encoders elsewhere, over HTTP', () => {
  const photos = tempFolder();
  const data = tempFolder();
  const socket = tempFolder();
  const address = `unix:${join(socket.path, 's')}`;
  const other = `unix:${join(socket.path, 'o')}`;
  afterAll(() => {
    for (const folder of [photos, data, socket]) folder[Symbol.dispose]();
  });

  const post = async <T>({ app }: TestServer, url: string, payload: object = {}) => {
    const answer = await app.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
    return { status: answer.statusCode, body: answer.json() as T };
  };
  const switchTo = (server: TestServer, payload = {}) =>
    post<ApiClipStatus & ApiProblem>(server, '/api/clip/model/switch', payload);
  const words = (server: TestServer, text: string) => post<ApiSearchAnswer>(server, '/api/search', { text });

  test('refused, switched on request with the search going on, taken back, and gone over', async () => {
    await writeColourPhotos(photos.path);
    const first = await startEncoder(address, ONE);
    const second = await startEncoder(other, TWO);
    try {
      await runJson(['index', photos.path], { dataDir: data.path, env: { APOLLO_URL: address } });
      await using server = await openServer({ dataDir: data.path, env: { APOLLO_URL: `${address},${other}` } });
      await server.host.search.index.whenLoaded();
      server.host.control.pause(); // what is under way stays under way
      const { model } = await server.host.status();

      const begun = await switchTo(server);
      expect(begun).toMatchObject({ status: 200, body: { model, change: { state: 'encoding', total: 6, done: 0 } } });
      const { from, to } = begun.body.change ?? {};
      expect(from?.version).toBe(model?.version);
      // The encoder of the model of before is there: words are read in it.
      const red = await words(server, 'red');
      expect(red.body).toMatchObject({ modelVersion: model?.version, coverage: 1 });
      expect(red.body.items[0]?.relPath).toBe('red.jpg');
      expect(await post(server, '/api/clip/model/rollback')).toMatchObject({ status: 200, body: { change: null } });
      expect(await post(server, '/api/clip/model/rollback')).toMatchObject({
        status: 409,
        body: { code: 'MODEL_SWITCH' },
      });

      expect((await switchTo(server)).status).toBe(200);
      await endEncoder(first);
      // Nobody reads words in the model of before any more. Nothing is ready in the other one, and the answer says so.
      await expect
        .poll(async () => (await words(server, 'green')).body, PATIENCE)
        .toMatchObject({
          modelVersion: to?.version,
          coverage: 0,
          notice: expect.stringContaining('changing to'),
          items: [],
        });
      // Words of before are kept, and photos are found by photos, still.
      expect((await words(server, 'red')).body).toMatchObject({ modelVersion: model?.version, coverage: 1 });
      const [hit] = red.body.items;
      expect((await post<ApiSearchAnswer>(server, '/api/search', { imageId: hit?.id })).body.items).toHaveLength(5);

      server.host.control.resume();
      await expect.poll(async () => (await server.host.status()).change, PATIENCE).toBeNull();
      await expect
        .poll(async () => (await words(server, 'green')).body, PATIENCE)
        .toMatchObject({ modelVersion: to?.version, coverage: 1 });
      expect((await words(server, 'green')).body.items[0]?.relPath).toBe('trees/green.png');
      expect((await words(server, 'red')).body).toMatchObject({ modelVersion: to?.version });
      expect(await switchTo(server)).toMatchObject({ status: 409, body: { code: 'MODEL_SWITCH' } });
    } finally {
      await endEncoder(first);
      await endEncoder(second);
    }
  }, 300_000);

  test('without an encoder the answer says why nothing changes', async () => {
    await using server = await openServer({ dataDir: data.path });
    expect(await switchTo(server, { now: true })).toMatchObject({ status: 409, body: { code: 'MODEL_SWITCH' } });
    expect(await switchTo(server, { now: 'soon' })).toMatchObject({ status: 400 });
  });
});
