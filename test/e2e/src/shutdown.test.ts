import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MockApollo, startMockApollo } from '@clip-watch/apollo-mock';
import { badDisk, badDiskLibrary, fromPixels, HUNG_FOLDER, hungDisk, tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAIN } from './run-cli.js';
import { descendantsOf, isAlive, type Served, startServed } from './served.js';

const PATIENCE_MS = 120_000;
const folder = tempFolder();
const preload = hungDisk(folder.path);
const disks = tempFolder();
const badDisks = badDiskLibrary(disks.path);
const roots = [join(folder.path, 'healthy'), join(folder.path, HUNG_FOLDER)] as const;

// The process ends itself by force after nine seconds, and that is no exit code: 0 says that it was in time.
describe.skipIf(process.platform !== 'linux')('the end of a server', () => {
  let apollo: MockApollo;
  const env = (): Record<string, string> => ({
    APOLLO_URL: apollo.address,
    CLIP_WATCH_DATA_DIR: join(folder.path, 'data'),
  });

  beforeAll(async () => {
    const photo = await fromPixels({ width: 1200, height: 1000, data: randomBytes(3_600_000) })
      .png()
      .toBuffer();
    for (const [index, root] of roots.entries()) {
      mkdirSync(root);
      for (let n = 0; n < 20; n++)
        writeFileSync(join(root, `${n}.png`), Buffer.concat([photo, Buffer.from(`${index} ${n}`)]));
    }
    apollo = await startMockApollo();
  });
  afterAll(async () => {
    await apollo.close();
    folder[Symbol.dispose]();
    disks[Symbol.dispose]();
  });

  async function expectCleanEnd(server: Served): Promise<void> {
    const children = descendantsOf(server.pid);
    expect(children.length).toBeGreaterThan(0);
    const startedAt = performance.now();
    expect(await server.stop(), server.log().slice(-2_000)).toBe(0);
    process.stdout.write(`stopped after ${Math.round(performance.now() - startedAt)} ms\n`);
    await expect.poll(() => children.filter(isAlive), { timeout: PATIENCE_MS }).toEqual([]);
    expect(server.errorLines()).toEqual([]);
  }

  test('in the middle of a scan and of encoding', async () => {
    const server = await startServed(env(), [...roots]);
    await expect.poll(async () => (await status(server)).encoded, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
    await expectCleanEnd(server);
  });

  test('with listeners, searches, a slow download, an upload that never comes, and a disk that hangs', async () => {
    const first = await startServed(env());
    await expect.poll(async () => (await status(first)).encoded, { timeout: PATIENCE_MS }).toBe(40);
    const ids = await idsByFolder(first);
    expect(await first.stop()).toBe(0);

    await using server = await startServed({ ...env(), ...(preload === undefined ? {} : { LD_PRELOAD: preload }) });
    const events = await Promise.all([1, 2, 3].map(() => open(server, '/api/events', { accept: 'text/event-stream' })));
    const download = await open(server, `/api/images/${ids.healthy[0]}/original`);
    await once(download, 'readable'); // And never taken.
    const upload = request(`${server.url}/api/search/image`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    });
    upload.on('error', () => {}); // The server ends first.
    upload.write('--b\r\n');
    const paths = ids.hung.flatMap((id) => [`/api/images/${id}/original`, `/api/images/${id}/thumbnail`]);
    const hung = Promise.allSettled(paths.map((path) => fetch(`${server.url}${path}`)));
    let searches = 0;
    const onAnswer = (): void => void searches++;
    const searching = Array.from({ length: 8 }, () => searchUntilRefused(server, onAnswer));
    await expect.poll(() => searches, { timeout: PATIENCE_MS }).toBeGreaterThan(20);
    await expectCleanEnd(server);
    await Promise.all([...searching, hung, ...events.map((stream) => ended(stream))]);
  });

  test.skipIf(badDisks === undefined)('of a command whose database falls silent', async () => {
    using disk = badDisk(badDisks ?? '');
    const child = spawn(process.execPath, [MAIN, 'index', roots[0]], {
      env: { PATH: process.env.PATH, ...env(), ...disk.env, CLIP_WATCH_DATA_DIR: disk.path, LOG_LEVEL: 'info' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    await expect.poll(() => log, { timeout: PATIENCE_MS }).toContain('the database is up to date');
    disk.become('silent');
    await sleep(500); // until a write waits
    child.kill('SIGTERM');
    const [code, signal] = await once(child, 'exit');
    expect({ code, signal }, log.slice(-2_000)).toEqual({ code: null, signal: 'SIGTERM' });
  });

  // Here it cannot be clean: a thread that waits for its disk holds a regular exit as well.
  test.skipIf(badDisks === undefined)(
    'with a database whose disk has fallen silent, which answers until then',
    async () => {
      using disk = badDisk(badDisks ?? '');
      await using server = await startServed({ ...env(), ...disk.env, CLIP_WATCH_DATA_DIR: disk.path });
      disk.become('silent');
      const headers = { 'content-type': 'application/json' };
      const added = fetch(`${server.url}/api/libraries`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ rootPath: roots[0] }),
      }).catch(() => 'gone');
      for (let n = 0; n < 20; n += 1) expect(await status(server)).toMatchObject({ encoded: 0 });
      const children = descendantsOf(server.pid);
      const startedAt = performance.now();
      expect(await server.stop()).toBeNull();
      process.stdout.write(`killed itself after ${Math.round(performance.now() - startedAt)} ms\n`);
      expect(await added).toBe('gone');
      await expect.poll(() => children.filter(isAlive), { timeout: PATIENCE_MS }).toEqual([]);
    },
  );
});

const status = async ({ url }: Served): Promise<{ encoded: number }> =>
  (await (await fetch(`${url}/api/clip/status`)).json()) as { encoded: number };

async function idsByFolder({ url }: Served): Promise<{ readonly healthy: number[]; readonly hung: number[] }> {
  const { items } = (await (await fetch(`${url}/api/images?limit=500`)).json()) as {
    items: { id: number; libraryId: number }[];
  };
  const of = (library: number): number[] => items.filter((row) => row.libraryId === library).map(({ id }) => id);
  return { healthy: of(1), hung: of(2) };
}

async function open(server: Served, path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const sent = request(`${server.url}${path}`, { headers, agent: false });
  sent.on('error', () => {}); // The server ends first.
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  return response;
}

/** A new word each time, so that the encoder is asked. */
async function searchUntilRefused({ url }: Served, onAnswer: () => void): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  for (let n = 0; ; n++) {
    const body = JSON.stringify({ text: `word ${n} ${Math.random()}` });
    const answer = await fetch(`${url}/api/search`, { method: 'POST', headers, body }).catch(() => null);
    if (answer === null) return;
    await answer.arrayBuffer().catch(() => {}); // Broken off by the end.
    onAnswer();
  }
}

async function ended(stream: IncomingMessage): Promise<void> {
  stream.resume();
  if (!stream.destroyed) await once(stream, 'close');
}
