import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type MockApollo, startMockApollo } from '@clip-watch/apollo-mock';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { writeColour, writeColourPhotos } from './colour-photos.js';
import { openServer, type TestServer } from './open-server.js';
import { runCli, runJson } from './run-cli.js';

// A busy machine takes its time over each of the several scans of a test.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const HEADERS = { host: 'localhost' };

let apollo: MockApollo;
let data: ReturnType<typeof tempFolder>;
let parent: ReturnType<typeof tempFolder>;
let root: string;
let server: TestServer;
let id: number;

beforeAll(async () => {
  apollo = await startMockApollo();
  data = tempFolder();
  await open();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  data[Symbol.dispose]();
  await apollo.close();
});
beforeEach(() => {
  parent = tempFolder();
  root = join(parent.path, 'photos');
});
afterEach(async () => {
  await server.host.keeper.remove(id);
  parent[Symbol.dispose]();
});

async function open(): Promise<void> {
  server = await openServer({ dataDir: data.path, env: { APOLLO_URL: apollo.address, SCAN_INTERVAL_S: '3600' } });
}

async function addLibrary(): Promise<void> {
  id = (await server.host.keeper.add({ rootPath: root })).library.id;
  await scanAndEncode();
}

type Scan = Awaited<ReturnType<TestServer['host']['keeper']['scan']>>;

async function scanAndEncode(): Promise<Scan> {
  const result = await server.host.keeper.scan(id);
  await server.host.drain?.drainOnce();
  return result;
}
const counters = () => server.host.database.images.counters(id);
const library = () => server.host.database.libraries.find(id);
const rowOf = (relPath: string) => server.host.database.images.findImageByPath(id, relPath);
const post = async (path: string, payload: object = {}) => {
  const answer = await server.app.inject({
    method: 'POST',
    url: `/api/libraries/${id}/${path}`,
    headers: HEADERS,
    payload,
  });
  return [answer.statusCode, answer.json()] as const;
};
const read = async (relPath: string, what: 'original' | 'thumbnail'): Promise<number> =>
  (await server.app.inject({ url: `/api/images/${(await rowOf(relPath))?.id}/${what}`, headers: HEADERS })).statusCode;

/** Different photos, each with a colour of its own. */
async function writeMany(folder: string, count: number, from = 0): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (let n = from; n < from + count; n++) await writeColour(join(folder, `${n}.jpg`), [n * 5, 255 - n * 5, n]);
}

describe('a root that is another folder', () => {
  beforeEach(async () => {
    await writeColourPhotos(root);
    await writeColour(join(parent.path, 'secret/red.jpg'), [1, 2, 3]);
    await writeColour(join(parent.path, 'secret/private.jpg'), [4, 5, 6]);
    await addLibrary();
  });

  test.each(['a link', 'a folder'])('%s in its place is not read by anybody, until a person says so', async (kind) => {
    const sent = apollo.counters.items;
    renameSync(root, `${root}.real`);
    if (kind === 'a link') symlinkSync(join(parent.path, 'secret'), root);
    else renameSync(join(parent.path, 'secret'), root);
    // Before any scan has noticed.
    expect([await read('red.jpg', 'original'), await read('red.jpg', 'thumbnail')]).toEqual([503, 503]);
    expect(await scanAndEncode()).toMatchObject({ kind: 'offline', question: 'other_root' });
    expect(await library()).toMatchObject({ state: 'offline', question: 'other_root' });
    expect(await rowOf('private.jpg')).toBeNull();
    expect(await counters()).toMatchObject({ photos: 6, encoded: 6, missing: 0 });
    expect(apollo.counters.items).toBe(sent);

    const [status, answer] = await post('accept-root');
    const now = kind === 'a link' ? join(parent.path, 'secret') : root;
    expect([status, answer]).toMatchObject([200, { rootPath: now, question: null }]);
    await scanAndEncode(); // Joins the one that the answer began, or comes after it.
    expect(await library()).toMatchObject({ state: 'online', rootPath: now, stateReason: null });
    expect(await counters()).toMatchObject({ photos: 2, encoded: 2, missing: 5 });
    expect(await rowOf('private.jpg')).not.toBeNull();
  });

  test('the old one that returns is online by itself, and nothing is encoded again', async () => {
    const sent = apollo.counters.items;
    renameSync(root, `${root}.real`);
    mkdirSync(root);
    expect(await scanAndEncode()).toMatchObject({ kind: 'offline', question: 'other_root' });
    rmSync(root, { recursive: true });
    renameSync(`${root}.real`, root);
    expect(await scanAndEncode()).toMatchObject({ kind: 'scanned', added: 0, changed: 0, missing: 0 });
    expect(await library()).toMatchObject({ state: 'online', question: null, stateReason: null });
    expect(apollo.counters.items).toBe(sent);
  });

  test('deleted and made anew with other content is another folder, whatever inode it got', async () => {
    rmSync(root, { recursive: true });
    await writeColour(join(root, 'other.jpg'), [9, 9, 9]);
    expect(await scanAndEncode()).toMatchObject({ kind: 'offline', question: 'other_root' });
    expect(await rowOf('other.jpg')).toBeNull();
  });

  test('under another device with its photos in it is the same, and its new identity is kept', async () => {
    const { rootIdentity } = (await library())!;
    const [, inode, birth] = rootIdentity!.split(':');
    await server.host.database.libraries.update(id, { rootIdentity: `7:${inode}:${birth}` });
    expect(await read('red.jpg', 'original')).toBe(503); // nobody has looked yet
    expect(await scanAndEncode()).toMatchObject({ kind: 'scanned', added: 0, changed: 0 });
    expect(await library()).toMatchObject({ rootIdentity, state: 'online' });
    // The same inode on another disk, with other photos.
    await server.host.database.libraries.update(id, { rootIdentity: `7:${inode}:${birth}` });
    for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true });
    await writeColour(join(root, 'other.jpg'), [9, 9, 9]);
    expect(await scanAndEncode()).toMatchObject({ kind: 'offline', question: 'other_root' });
  });

  test('is learnt by the first scan that finds a photo of it, in a database of before', async () => {
    const { rootIdentity } = (await library())!;
    await server.host.database.libraries.update(id, { rootIdentity: null });
    expect(await read('red.jpg', 'original')).toBe(200);
    expect(await scanAndEncode()).toMatchObject({ kind: 'scanned' });
    expect(await library()).toMatchObject({ rootIdentity });
    await server.host.database.libraries.update(id, { rootIdentity: null });
    renameSync(root, `${root}.real`);
    await writeColour(join(root, 'other.jpg'), [9, 9, 9]);
    await scanAndEncode();
    expect(await library()).toMatchObject({ rootIdentity: null });
  });

  test('a folder below it that became a link shows nothing of where it leads', async () => {
    renameSync(join(root, 'sea'), join(parent.path, 'sea'));
    symlinkSync(join(parent.path, 'secret'), join(root, 'sea'));
    expect(await scanAndEncode()).toMatchObject({ kind: 'scanned', added: 0, missing: 1 });
    expect(await rowOf('sea/private.jpg')).toBeNull();
  });

  test('what is no library and what asks nothing is refused', async () => {
    expect(await post('gone', { answer: 'deleted' })).toMatchObject([409, { code: 'NOTHING_ASKED' }]);
    expect(await post('gone', { answer: 'maybe' })).toMatchObject([400, { code: 'BAD_REQUEST' }]);
    rmSync(root, { recursive: true });
    expect(await post('accept-root')).toMatchObject([400, { code: 'BAD_PATH' }]);
  });

  test('on the command line', async () => {
    const cli = { dataDir: data.path };
    expect((await runCli(['library', 'away', root], cli)).stderr).toContain('nothing to answer');
    expect((await runCli(['library', 'accept', '/nowhere'], cli)).stderr).toContain('there is no library /nowhere');
    expect((await runCli(['library', 'accept'], cli)).code).toBe(2);
    renameSync(root, `${root}.real`);
    renameSync(join(parent.path, 'secret'), root);
    await scanAndEncode();
    const listed = await runCli(['library'], cli);
    expect(listed.stdout).toContain(`clip-watch library accept ${id}`);
    const { items } = await runJson<{ items: { question: string | null }[] }>(['library', 'accept', root], cli);
    expect(items).toMatchObject([{ id, rootPath: root, question: null }]);
    expect(await scanAndEncode()).toMatchObject({ kind: 'scanned', added: 1 });
  });
});

describe('a library that is emptied', () => {
  const aside = (): string => join(parent.path, 'aside');
  /** The mount point of a disk that is away, with what others left in it. */
  function takeAway(names: readonly string[]): void {
    mkdirSync(aside(), { recursive: true });
    for (const name of names) renameSync(join(root, name), join(aside(), name));
  }
  function bringBack(): void {
    for (const name of readdirSync(aside())) renameSync(join(aside(), name), join(root, name));
  }

  beforeEach(async () => {
    await writeMany(join(root, 'a'), 14);
    await writeMany(join(root, 'b'), 10, 14);
    mkdirSync(join(root, 'lost+found'));
    await addLibrary();
  });

  test('marks nothing missing, takes new photos, survives a restart, and goes on by itself when they are back', async () => {
    takeAway(['a', 'b']);
    await writeColour(join(root, 'upload.jpg'), [250, 250, 1]);
    expect(await scanAndEncode()).toMatchObject({
      kind: 'scanned',
      added: 1,
      missing: 0,
      mostGone: { gone: 24, known: 24 },
    });
    expect(await counters()).toMatchObject({ photos: 25, encoded: 25, missing: 0 });
    expect(await library()).toMatchObject({ state: 'online', question: 'most_gone', answer: null, gonePhotos: 24 });
    await server[Symbol.asyncDispose]();
    await open();
    expect(await library()).toMatchObject({ question: 'most_gone', stateReason: expect.stringContaining('24 of 24') });
    expect(await scanAndEncode()).toMatchObject({ missing: 0, mostGone: { gone: 24, known: 25 } });
    const sent = apollo.counters.items;
    bringBack();
    expect(await scanAndEncode()).toMatchObject({ missing: 0, mostGone: null });
    expect(await library()).toMatchObject({ state: 'online', question: null, answer: null, stateReason: null });
    expect(apollo.counters.items).toBe(sent);
  });

  test('"it is away": it is offline until they return', async () => {
    takeAway(['a', 'b']);
    await scanAndEncode();
    expect(await post('gone', { answer: 'away' })).toMatchObject([200, { state: 'offline', answer: 'away' }]);
    expect(await scanAndEncode()).toMatchObject({ missing: 0 });
    expect(await library()).toMatchObject({
      state: 'offline',
      answer: 'away',
      stateReason: expect.stringMatching(/^Away/),
    });
    bringBack();
    await scanAndEncode();
    expect(await library()).toMatchObject({ state: 'online', question: null, answer: null });
  });

  test('"it was deleted": the next scan marks them missing, and asks anew when more is gone by then', async () => {
    takeAway(['a']);
    await scanAndEncode();
    expect(await library()).toMatchObject({ question: 'most_gone', gonePhotos: 14 });
    const cli = await runCli(['library', 'deleted', String(id)], { dataDir: data.path });
    expect(cli).toMatchObject({ code: 0 });
    expect(await scanAndEncode()).toMatchObject({ missing: 14, mostGone: null });
    expect(await counters()).toMatchObject({ photos: 10, missing: 14 });
    expect(await library()).toMatchObject({ state: 'online', question: null, answer: null, gonePhotos: null });
  });

  test('down to the last byte asks too, and can be deleted', async () => {
    takeAway(['a', 'b', 'lost+found']);
    expect(await scanAndEncode()).toMatchObject({ kind: 'offline', question: 'most_gone', gonePhotos: 24 });
    expect(await counters()).toMatchObject({ encoded: 24, missing: 0 });
    expect(await post('gone', { answer: 'deleted' })).toMatchObject([200, { answer: 'deleted' }]);
    expect(await scanAndEncode()).toMatchObject({ kind: 'scanned' });
    expect(await counters()).toMatchObject({ photos: 0, missing: 24 });
  });

  test('a little at a time, by renaming or by moving, asks nothing', async () => {
    renameSync(join(root, 'a'), join(root, 'renamed'));
    expect(await scanAndEncode()).toMatchObject({ added: 14, missing: 14, mostGone: null });
    takeAway(['b']);
    expect(await scanAndEncode()).toMatchObject({ missing: 10, mostGone: null });
    expect(await library()).toMatchObject({ question: null });
  });

  test('costs no encode within a year, even when its rows are gone', async () => {
    takeAway(['a']);
    await scanAndEncode();
    await post('gone', { answer: 'deleted' });
    await scanAndEncode();
    expect(await server.host.database.images.removeMissing(id, Date.now() + 1_000)).toBe(14);
    const sent = apollo.counters.items;
    bringBack();
    expect(await scanAndEncode()).toMatchObject({ added: 14 });
    expect(await counters()).toMatchObject({ photos: 24, encoded: 24, pending: 0, missing: 0 });
    expect(apollo.counters.items).toBe(sent);
  });
});

describe('a file of the same size and time', () => {
  const path = (): string => join(root, 'a.jpg');
  const SIZE = 40_000;
  const PAST = new Date(1_600_000_000_000);

  /** A picture of always the same size: a comment fills it up. */
  async function write(rgb: readonly [number, number, number]): Promise<void> {
    const made = join(parent.path, 'made.jpg');
    await writeColour(made, rgb);
    const picture = readFileSync(made);
    const comment = Buffer.alloc(SIZE - picture.length - 2);
    comment.writeUInt16BE(comment.length, 0);
    writeFileSync(
      path(),
      Buffer.concat([picture.subarray(0, 2), Buffer.from([0xff, 0xfe]), comment, picture.subarray(2)]),
    );
    utimesSync(path(), PAST, PAST);
  }

  beforeEach(async () => {
    mkdirSync(root);
    await write([200, 10, 10]);
    await addLibrary();
  });

  test('and other bytes is read and encoded again', async () => {
    const [before, sent] = [await rowOf('a.jpg'), apollo.counters.items];
    await write([10, 10, 200]);
    expect(await scanAndEncode()).toMatchObject({ changed: 1 });
    const after = await rowOf('a.jpg');
    expect(after?.contentHash).not.toBe(before?.contentHash);
    expect(after).toMatchObject({ fileSize: before?.fileSize, modifiedAtMs: before?.modifiedAtMs });
    expect(apollo.counters.items).toBe(sent + 1);
  });

  test('and a new mode is read once and encoded never', async () => {
    const [before, sent] = [await rowOf('a.jpg'), apollo.counters.items];
    chmodSync(path(), 0o640);
    expect(await scanAndEncode()).toMatchObject({ added: 0, changed: 0 });
    const after = await rowOf('a.jpg');
    expect(after?.changedAtMs).toBeGreaterThan(before?.changedAtMs ?? 0);
    expect(after).toMatchObject({ contentHash: before?.contentHash, clip: { status: 'encoded' } });
    expect(apollo.counters.items).toBe(sent);
  });
});
