import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type MockApollo, seededRandom, startMockApollo } from '@clip-watch/apollo-mock';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACTIVITIES, expectCleanEnding, writePhotos } from './endings.js';
import { MAIN } from './run-cli.js';
import { descendantsOf, isAlive } from './served.js';

const PATIENCE_MS = 120_000;
const SEARCHER = fileURLToPath(new URL('search-stop-child.mjs', import.meta.url));

describe.skipIf(process.platform !== 'linux')('a server that is stopped in the middle of', () => {
  const photos = tempFolder();
  const random = seededRandom(17);
  let apollo: MockApollo;
  beforeAll(async () => {
    await writePhotos(photos.path, 60);
    apollo = await startMockApollo({ delayMs: 20, workers: 4 });
  });
  afterAll(async () => {
    await apollo.close();
    photos[Symbol.dispose]();
  });

  test.each([...ACTIVITIES.map((activity) => [activity]), [...ACTIVITIES]])(
    '%s: ends with 0, leaves no child, logs no warning, and its database is whole',
    // Once here; `endings.deep.test.ts` does it twenty times.
    (...activities) => expectCleanEnding({ activities, photos: photos.path, apollo, random }),
    600_000,
  );
});

describe('the search index that is closed in the middle of native searches', () => {
  const random = seededRandom(18);
  test.each(Array.from({ length: 3 }, () => Math.floor(random() * 60)))(
    'does not abort the process (%d ms)',
    async (moment) => {
      const child = spawn(process.execPath, [SEARCHER, '100000', '40', `${moment}`], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const [code, signal] = await once(child, 'exit');
      expect({ code, signal }, said).toEqual({ code: 0, signal: null });
      expect(JSON.parse(said)).toEqual({ refused: expect.any(Number) });
    },
  );
});

describe.skipIf(process.platform !== 'linux')('a command that is stopped', () => {
  const photos = tempFolder();
  const data = tempFolder();
  let apollo: MockApollo;
  beforeAll(async () => {
    // Long enough that no command is over before it is stopped; each answer comes soon, so that a stop waits for little.
    await writePhotos(photos.path, 200);
    apollo = await startMockApollo({ delayMs: 300, workers: 1 });
  });
  afterAll(async () => {
    await apollo.close();
    photos[Symbol.dispose]();
    data[Symbol.dispose]();
  });

  async function stopWhen(
    args: readonly string[],
    env: Record<string, string>,
    isUnderWay: (said: string) => boolean,
    signal: NodeJS.Signals,
  ): Promise<{ readonly code: number | null; readonly said: string }> {
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: {
        PATH: process.env.PATH,
        HOME: data.path,
        CLIP_WATCH_DATA_DIR: data.path,
        APOLLO_URL: apollo.address,
        ...env,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const over = once(child, 'exit');
    await expect.poll(() => isUnderWay(said), { timeout: PATIENCE_MS }).toBe(true);
    const children = descendantsOf(child.pid ?? 0);
    child.kill(signal);
    const [code] = (await over) as [number | null];
    await expect.poll(() => children.filter(isAlive), { timeout: PATIENCE_MS }).toEqual([]);
    return { code, said };
  }

  test.each(['SIGINT', 'SIGTERM'] as const)('index by %s: 1, one sentence, no child left', async (signal) => {
    const { code, said } = await stopWhen(['index', photos.path], {}, (words) => /encoding {2}/.test(words), signal);
    expect(code, said).toBe(1);
    expect(said).toMatch(/^clip-watch: (stopped by|The pass was stopped)/m);
    expect(said).not.toMatch(/\n\s+at /);
  });

  test('model pull by SIGTERM: 1, no stack, no child left', async () => {
    let asked = 0;
    const hub = createServer(() => void asked++); // Takes the call and says nothing.
    await once(hub.listen(0, '127.0.0.1'), 'listening');
    const mirror = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
    const args = ['model', 'pull', 'someone/tiny-clip'];
    const { code, said } = await stopWhen(args, { CLIP_MODEL_MIRROR: mirror }, () => asked > 0, 'SIGTERM');
    hub.closeAllConnections();
    hub.close();
    expect(code, said).toBe(1);
    expect(said).not.toMatch(/\n\s+at /);
  });

  test('doctor by SIGTERM, while the encoder is not there: 1, one sentence', async () => {
    const socket = join(data.path, 'nobody');
    const isUnderWay = (): boolean => true;
    const { code, said } = await stopWhen(['doctor'], { APOLLO_URL: `unix:${socket}` }, isUnderWay, 'SIGTERM');
    // Stopped before it listens to signals it ends by this one.
    expect([1, null]).toContain(code);
    expect(said).not.toMatch(/\n\s+at /);
  });
});
