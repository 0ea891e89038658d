import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { type MockApollo, startMockApollo } from '@clip-watch/apollo-mock';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writeColour, writeColourPhotos } from './colour-photos.js';
import { openServer, type TestServer } from './open-server.js';

// A condition that holds in seconds may take a loaded machine longer; only one that never holds fails.
const PATIENCE_MS = 120_000;
// What `scan-plan.ts` takes for a file at rest.
const REST_MS = 2_000;

describe('a library over time', () => {
  let apollo: MockApollo;
  let data: ReturnType<typeof tempFolder>;
  let parent: ReturnType<typeof tempFolder>;
  let root: string;
  let server: TestServer;
  let id: number;

  beforeAll(async () => {
    apollo = await startMockApollo();
  });
  afterAll(() => apollo.close());
  beforeEach(async () => {
    data = tempFolder();
    parent = tempFolder();
    root = join(parent.path, 'photos');
    await writeColourPhotos(root);
    server = await openServer({ dataDir: data.path, env: { APOLLO_URL: apollo.address, SCAN_INTERVAL_S: '3600' } });
    id = (await server.host.keeper.add({ rootPath: root })).library.id;
    await scanAndEncode();
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    data[Symbol.dispose]();
    parent[Symbol.dispose]();
  });

  async function scanAndEncode(): Promise<Awaited<ReturnType<TestServer['host']['keeper']['scan']>>> {
    const result = await server.host.keeper.scan(id);
    await server.host.drain?.drainOnce();
    return result;
  }
  const counters = (): ReturnType<TestServer['host']['database']['images']['counters']> =>
    server.host.database.images.counters(id);
  const library = async (): Promise<{ state: string; stateReason: string | null } | null> =>
    server.host.database.libraries.find(id);

  test('a root that vanishes and returns: offline meanwhile, nothing deleted, nothing encoded again', async () => {
    const sent = apollo.counters.items;
    renameSync(root, `${root}-away`);
    expect((await scanAndEncode()).kind).toBe('offline');
    expect(await library()).toMatchObject({ state: 'offline', stateReason: expect.stringContaining('not there') });
    expect(await counters()).toMatchObject({ photos: 6, encoded: 6, missing: 0 });
    renameSync(`${root}-away`, root);
    expect(await scanAndEncode()).toMatchObject({ kind: 'scanned', added: 0, changed: 0, missing: 0 });
    expect(await library()).toMatchObject({ state: 'online', stateReason: null });
    expect(apollo.counters.items).toBe(sent);
  });

  test('what needs the files of a library that is offline says so', async () => {
    renameSync(root, `${root}-away`);
    await scanAndEncode();
    const { id: imageId } = (await server.host.database.images.findImageByPath(id, 'red.jpg'))!;
    const crop = { x: 0, y: 0, width: 0.5, height: 0.5 };
    const headers = { host: 'localhost' };
    const answers = [
      await server.app.inject({ url: `/api/images/${imageId}/original`, headers }),
      await server.app.inject({ url: `/api/images/${imageId}/thumbnail`, headers }),
      await server.app.inject({ method: 'POST', url: '/api/search', headers, payload: { imageId, crop } }),
    ];
    for (const answer of answers) expect([answer.statusCode, answer.json().code]).toEqual([503, 'LIBRARY_OFFLINE']);
    renameSync(`${root}-away`, root);
  });

  test('an emptied root is offline too: nobody deletes like that, mounts do', async () => {
    mkdirSync(`${root}-away`);
    for (const name of readdirSync(root)) renameSync(join(root, name), join(`${root}-away`, name));
    expect(await scanAndEncode()).toMatchObject({ kind: 'offline', reason: expect.stringContaining('empty') });
    expect(await counters()).toMatchObject({ encoded: 6, missing: 0 });
  });

  test('renamed and moved photos are found again and encoded never', async () => {
    const sent = apollo.counters.items;
    renameSync(join(root, 'sea'), join(root, 'ocean'));
    renameSync(join(root, 'red.jpg'), join(root, 'ocean/crimson.jpg'));
    expect(await scanAndEncode()).toMatchObject({ added: 2, missing: 2 });
    expect(await counters()).toMatchObject({ encoded: 6, pending: 0, missing: 2 });
    expect(apollo.counters.items).toBe(sent);
  });

  test('a deleted photo is hidden by the first scan, kept, and shown again when it comes back', async () => {
    renameSync(join(root, 'red.jpg'), join(parent.path, 'red.jpg'));
    expect(await scanAndEncode()).toMatchObject({ missing: 1 });
    expect(await counters()).toMatchObject({ photos: 5, missing: 1 });
    expect(await scanAndEncode()).toMatchObject({ missing: 0 });
    renameSync(join(parent.path, 'red.jpg'), join(root, 'red.jpg'));
    expect(await scanAndEncode()).toMatchObject({ returned: 1, added: 0 });
    expect(await counters()).toMatchObject({ photos: 6, encoded: 6, missing: 0 });
  });

  test('a changed photo is read and encoded again', async () => {
    const sent = apollo.counters.items;
    await writeColour(join(root, 'red.jpg'), [200, 10, 90]);
    expect(await scanAndEncode()).toMatchObject({ changed: 1, added: 0 });
    expect(await counters()).toMatchObject({ encoded: 6, pending: 0 });
    expect(apollo.counters.items).toBe(sent + 1);
  });

  test('excluding hides by itself, and including shows again without a new encode', async () => {
    const sent = apollo.counters.items;
    await server.host.keeper.update(id, { excludedDirs: ['sea'] });
    expect(server.host.keeper.isScanning(id)).toBe(true);
    await scanAndEncode();
    expect(await counters()).toMatchObject({ encoded: 5, skipped: 1 });
    const blue = await server.host.database.images.findImageByPath(id, 'sea/blue.webp');
    const headers = { host: 'localhost' };
    expect((await server.app.inject({ url: `/api/images/${blue?.id}/original`, headers })).statusCode).toBe(404);
    expect((await server.app.inject({ url: `/api/images/${blue?.id}/thumbnail`, headers })).statusCode).toBe(404);
    await writeColour(join(root, 'sea/new.jpg'), [1, 2, 3]);
    expect(await scanAndEncode()).toMatchObject({ added: 0, missing: 0 });
    await server.host.keeper.update(id, { excludedDirs: [] });
    await scanAndEncode();
    expect(await counters()).toMatchObject({ encoded: 7, skipped: 0 });
    expect(apollo.counters.items).toBe(sent + 1);
  });

  test('a new name starts no scan, though the rules are sent along', async () => {
    const { excludedDirs } = (await server.host.database.libraries.find(id))!;
    await server.host.keeper.update(id, { name: 'holidays', excludedDirs });
    expect(server.host.keeper.isScanning(id)).toBe(false);
  });

  test('a scan that rules overtake ends by the newest of them, for whoever waits for it', async () => {
    const waiting = server.host.keeper.scan(id);
    await server.host.keeper.update(id, { excludedDirs: ['sea'] });
    await server.host.keeper.update(id, { excludedDirs: ['sea', '*.jpg'] });
    expect(await waiting).toMatchObject({ kind: 'scanned', missing: 0 });
    await server.host.keeper.scan(id); // Only joins one, unless the first was over before the rules came.
    const { photos, skipped } = await counters();
    const { items } = await server.host.database.images.pageImages({ limit: 10 });
    expect(items.filter(({ relPath }) => /^sea|jpg$/.test(relPath))).toEqual([]);
    expect(skipped).toBe(photos - items.length);
    expect(await server.host.keeper.scan(id)).toMatchObject({ files: items.length });
  });

  test('a bad pattern is refused and changes nothing', async () => {
    await expect(server.host.keeper.update(id, { excludedDirs: ['a/../b'] })).rejects.toThrow('a/../b');
    expect((await server.host.database.libraries.find(id))?.excludedDirs).toEqual([]);
  });

  test('new, changed and deleted files are noticed without a scan being asked for', async () => {
    await server.host.keeper.start();
    await expect.poll(() => server.host.keeper.isScanning(id), { timeout: PATIENCE_MS }).toBe(false);
    await writeColour(join(root, 'fresh/made.jpg'), [90, 10, 90]);
    await expect.poll(async () => (await counters()).encoded, { timeout: PATIENCE_MS }).toBe(7);
    unlinkSync(join(root, 'fresh/made.jpg'));
    await expect.poll(async () => (await counters()).missing, { timeout: PATIENCE_MS }).toBe(1);
  });

  test('a file that somebody still writes waits until it rests', async () => {
    await server.host.keeper.start();
    // A machine that halted the writer for as long as a rest has shown nothing: then another file is written.
    let relPath: string;
    let tries = 0;
    do relPath = `growing-${tries++}.jpg`;
    while ((await writeSlowly(join(root, relPath))) >= REST_MS && tries < 20);
    await expect
      .poll(() => server.host.database.images.findImageByPath(id, relPath), { timeout: PATIENCE_MS })
      .not.toBeNull();
    const row = await server.host.database.images.findImageByPath(id, relPath);
    expect(row?.fileSize).toBe(statSync(join(root, relPath)).size);
  });

  /** Writes a picture in parts, none of which may have got a row. @returns the longest pause between two of them, ms */
  async function writeSlowly(path: string): Promise<number> {
    await writeColour(path, [50, 60, 70]);
    let longest = 0;
    let rows = 0;
    for (let write = 0; write < 10; write++) {
      const started = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 300));
      if ((await server.host.database.images.findImageByPath(id, basename(path))) !== null) rows++;
      appendFileSync(path, Buffer.alloc(10));
      longest = Math.max(longest, performance.now() - started);
    }
    if (longest < REST_MS) expect(rows).toBe(0);
    return longest;
  }

  test('a removed library takes its rows along and leaves its files', async () => {
    await server.host.keeper.remove(id);
    expect((await server.host.database.images.counters()).photos).toBe(0);
    expect(await server.host.keeper.list()).toEqual([]);
    rmSync(join(root, 'red.jpg')); // It is still there to be deleted.
  });

  test.skipIf(process.platform !== 'linux')(
    'names that are no UTF-8 are told, and cost the others nothing',
    async () => {
      const badName = Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]);
      copyFileSync(join(root, 'red.jpg'), Buffer.concat([badName, Buffer.from('.jpg')]));
      mkdirSync(badName);
      const result = await scanAndEncode();
      if (result.kind !== 'scanned') throw new Error(result.kind);
      expect(result.problems.map(({ relPath, reason }) => [relPath, reason]).sort()).toEqual([
        ['caf\uFFFD', 'bad_name'],
        ['caf\uFFFD.jpg', 'bad_name'],
      ]);
      expect(await counters()).toMatchObject({ photos: 6, encoded: 6, missing: 0 });
    },
  );
});
