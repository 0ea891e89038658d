import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiLibraries, ApiLibrary } from '@clip-watch/server';
import { HUNG_FOLDER, hungDisk, tempFolder } from '@clip-watch/test-support';
import { afterAll, describe, expect, test } from 'vitest';
import { writeColour } from './colour-photos.js';
import { runCli } from './run-cli.js';
import { type Served, startServed } from './served.js';

// Each waits for the deadline of a person's question, some of them twice: side by side it is one wait.
const PATIENCE_MS = 120_000;
const folder = tempFolder();
const preload = hungDisk(folder.path);
const hung = join(realpathSync(folder.path), HUNG_FOLDER);
mkdirSync(hung);
afterAll(() => folder[Symbol.dispose]());

const onHungDisk = (): Record<string, string> => ({ LD_PRELOAD: preload ?? '' });

async function libraryOf({ url }: Served): Promise<ApiLibrary> {
  const { items } = (await (await fetch(`${url}/api/libraries`)).json()) as ApiLibraries; // What this route answers.
  return items[0]!;
}

const addLibrary = ({ url }: Served): Promise<Response> =>
  fetch(`${url}/api/libraries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rootPath: hung }),
  });

describe.skipIf(preload === undefined)(
  'a folder whose disk never answers',
  { timeout: PATIENCE_MS, concurrent: true },
  () => {
    test('is refused as a library, and the server answers others meanwhile', async () => {
      await using server = await startServed(onHungDisk());
      let isRefused = false;
      const refusal = addLibrary(server).finally(() => {
        isRefused = true;
      });
      for (let n = 0; n < 3; n++) expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
      expect(isRefused).toBe(false);
      const answer = await refusal;
      expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'NOT_ANSWERING' }]);
    });

    test.each([['index'], ['serve']])('ends %s with one line that names it', async (command) => {
      using data = tempFolder();
      const { code, stderr } = await runCli([command, hung], {
        dataDir: data.path,
        env: { ...onHungDisk(), APOLLO_URL: 'disabled', PORT: '0' },
      });
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/(^|\n)clip-watch: \S+hung-mount does not answer[^\n]*\n$/),
      ]);
    });

    test('that lies in a library holds up no answer to new rules, which take the place of the scan that hangs', async () => {
      using parent = tempFolder();
      const root = join(realpathSync(parent.path), 'photos');
      mkdirSync(join(root, HUNG_FOLDER), { recursive: true });
      await writeColour(join(root, 'sea/blue.webp'), [10, 10, 200]);
      await writeColour(join(root, 'red.jpg'), [200, 10, 10]);
      await using server = await startServed(onHungDisk(), [root]);
      const isScanning = async (): Promise<boolean> => (await libraryOf(server)).scanning;
      await expect.poll(isScanning, { timeout: PATIENCE_MS }).toBe(true);
      const change = await fetch(`${server.url}/api/libraries/1`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ excludedDirs: [HUNG_FOLDER, 'sea'] }),
      });
      expect(await change.json()).toMatchObject({ excludedDirs: [HUNG_FOLDER, 'sea'], scanning: true });
      expect(await libraryOf(server)).toMatchObject({ state: 'online', lastScanAt: null }); // It hangs still.
      await expect.poll(isScanning, { timeout: PATIENCE_MS }).toBe(false);
      expect(await libraryOf(server)).toMatchObject({ state: 'online', counts: { photos: 1, skipped: 0 } });
    });

    test('that is a library already keeps neither a start nor a question by its path', async () => {
      using data = tempFolder();
      const env = { CLIP_WATCH_DATA_DIR: data.path };
      const first = await startServed(env, [hung]);
      expect(await first.stop()).toBe(0);
      await using server = await startServed({ ...env, ...onHungDisk() }, [hung]);
      expect((await addLibrary(server)).status).toBe(200);
      const ask = (command: string): ReturnType<typeof runCli> =>
        runCli([command, join(hung, 'a.jpg')], {
          dataDir: data.path,
          env: { ...onHungDisk(), APOLLO_URL: 'disabled' },
        });
      const [explained, similar] = await Promise.all([ask('explain'), ask('similar')]);
      expect([explained.code, explained.stdout]).toEqual([1, expect.stringContaining('a.jpg is not known')]);
      expect([similar.code, similar.stderr]).toEqual([1, expect.stringContaining('does not answer')]);
    });
  },
);
