import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { identityOf } from '@clip-watch/library-root';
import { HUNG_FOLDER, hungDisk, tempFolder } from '@clip-watch/test-support';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createOriginals, type OpenedOriginal, type OriginalFile } from './open-original.js';

const BYTES = Buffer.from(Array.from({ length: 700_000 }, (_, index) => index % 251));
const folder = tempFolder();
const root = join(folder.path, 'photos');
const ROOT = { rootPath: root, rootIdentity: null };
const preload = hungDisk(folder.path);
const originals = createOriginals();

beforeAll(() => {
  mkdirSync(root);
  writeFileSync(join(root, 'a.jpg'), BYTES);
  writeFileSync(join(folder.path, 'secret.jpg'), 'secret');
});
afterEach(() => originals.close());
afterAll(() => folder[Symbol.dispose]());

function fileOf(opened: OpenedOriginal): OriginalFile {
  if (opened.kind === 'refused') throw new Error(`refused: ${opened.reason}`);
  return opened.handle;
}

async function readWhole(file: OriginalFile): Promise<Buffer> {
  return Buffer.concat(await file.createReadStream({ start: 0, end: BYTES.length - 1 }).toArray());
}

test.each([
  [0, 699_999],
  [0, 0],
  [262_143, 262_145],
  [699_990, 699_999],
])('bytes %d to %d are those of the file', async (start, end) => {
  const opened = await originals.open(ROOT, 'a.jpg');
  expect(opened).toMatchObject({ kind: 'opened', size: BYTES.length });
  const parts = await fileOf(opened).createReadStream({ start, end }).toArray();
  expect(Buffer.concat(parts).equals(BYTES.subarray(start, end + 1))).toBe(true);
});

test('links, pipes, folders and what is not there are refused', async () => {
  symlinkSync(join(folder.path, 'secret.jpg'), join(root, 'link.jpg'));
  symlinkSync(folder.path, join(root, 'way-out'));
  spawnSync('mkfifo', [join(root, 'pipe.jpg')]);
  for (const relPath of ['link.jpg', 'way-out/secret.jpg', '../secret.jpg', 'pipe.jpg', '.', 'gone.jpg'])
    expect((await originals.open(ROOT, relPath)).kind, relPath).toBe('refused');
});

test('another folder in the place of the library is refused, and so is a link', async () => {
  const rootPath = join(folder.path, 'moving');
  const identityNow = (path: string): string => identityOf(statSync(path, { bigint: true }));
  mkdirSync(rootPath);
  writeFileSync(join(rootPath, 'a.jpg'), BYTES);
  const library = { rootPath, rootIdentity: identityNow(rootPath) };
  await fileOf(await originals.open(library, 'a.jpg')).close();
  renameSync(rootPath, `${rootPath}.real`);
  mkdirSync(rootPath);
  writeFileSync(join(rootPath, 'a.jpg'), 'secret');
  expect(await originals.open(library, 'a.jpg')).toEqual({
    kind: 'refused',
    id: expect.any(Number),
    reason: 'ROOT_CHANGED',
  });
  await fileOf(await originals.open({ ...library, rootIdentity: identityNow(rootPath) }, 'a.jpg')).close();
  rmSync(rootPath, { recursive: true });
  symlinkSync(`${rootPath}.real`, rootPath);
  expect(await originals.open(library, 'a.jpg')).toMatchObject({ kind: 'refused', reason: 'ROOT_CHANGED' });
});

test('a file that becomes shorter while it is read breaks off', async () => {
  writeFileSync(join(root, 'shrinking.jpg'), BYTES);
  const opened = await originals.open(ROOT, 'shrinking.jpg');
  writeFileSync(join(root, 'shrinking.jpg'), 'x');
  await expect(readWhole(fileOf(opened))).rejects.toMatchObject({ code: 'PHOTO_UNREADABLE' });
});

test('so many are open at once, and then the next waits for one to be closed', async () => {
  const files = await Promise.all(Array.from({ length: 64 }, async () => fileOf(await originals.open(ROOT, 'a.jpg'))));
  await expect(originals.open(ROOT, 'a.jpg')).rejects.toMatchObject({ code: 'BUSY' });
  const other = join(folder.path, 'other');
  mkdirSync(other);
  expect(await originals.open({ rootPath: other, rootIdentity: null }, 'a.jpg')).toMatchObject({ kind: 'refused' });
  await files.pop()?.close();
  // What is refused takes no place.
  for (let n = 0; n < 3; n++) expect((await originals.open(ROOT, 'gone.jpg')).kind).toBe('refused');
  files.push(fileOf(await originals.open(ROOT, 'a.jpg')));
  await expect(originals.open(ROOT, 'a.jpg')).rejects.toMatchObject({ code: 'BUSY' });
  await Promise.all(files.map((file) => file.close()));
});

/** How many descriptors of any process are this file; without /proc there is nothing to count. */
function openDescriptors(path: string): number {
  const pids = existsSync('/proc/self/fd') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return pids.flatMap((pid) => linksOf(`/proc/${pid}/fd`)).filter((target) => target === path).length;
}

function linksOf(fdFolder: string): readonly string[] {
  try {
    return readdirSync(fdFolder).map((fd) => readlinkSync(join(fdFolder, fd)));
  } catch {
    return []; // It ended between two looks, or belongs to somebody else.
  }
}

test.each([
  ['read to its end', (file: OriginalFile) => file.createReadStream({ start: 0, end: 9 }).toArray()],
  ['left in the middle', (file: OriginalFile) => file.createReadStream({ start: 0, end: 699_999 }).take(1).toArray()],
  ['left before its first byte', (file: OriginalFile) => file.createReadStream({ start: 0, end: 9 }).destroy()],
  ['closed', (file: OriginalFile) => file.close()],
])('a file that is %s is not kept open', async (_, use) => {
  const file = fileOf(await originals.open(ROOT, 'a.jpg'));
  await use(file);
  await expect.poll(() => openDescriptors(join(root, 'a.jpg')), { timeout: 20_000 }).toBe(0);
});

describe.skipIf(preload === undefined)('a disk that never answers', () => {
  const hung = join(folder.path, HUNG_FOLDER);
  const HUNG = { rootPath: hung, rootIdentity: null };
  beforeAll(() => {
    mkdirSync(hung);
    writeFileSync(join(hung, 'a.jpg'), BYTES);
    process.env.LD_PRELOAD = preload;
  });
  afterAll(() => {
    delete process.env.LD_PRELOAD;
  });

  test('costs neither the originals of another library nor the file threads of this process', async () => {
    const stuck = Array.from({ length: 16 }, () => originals.open(HUNG, 'a.jpg').catch((error: unknown) => error));
    expect((await stat(root)).isDirectory()).toBe(true);
    await using file = fileOf(await originals.open(ROOT, 'a.jpg'));
    expect((await readWhole(file)).equals(BYTES)).toBe(true);
    originals.close();
    for (const error of await Promise.all(stuck)) expect(error).toMatchObject({ code: 'NOT_ANSWERING' });
  });

  test('is given up after a while, and asked anew by the next request', async () => {
    const impatient = createOriginals(300);
    await expect(impatient.open(HUNG, 'a.jpg')).rejects.toMatchObject({ code: 'NOT_ANSWERING' });
    await expect(impatient.open(HUNG, 'a.jpg')).rejects.toMatchObject({ code: 'NOT_ANSWERING' });
    delete process.env.LD_PRELOAD; // The disk is back: the next child finds it so.
    await using file = fileOf(await impatient.open(HUNG, 'a.jpg'));
    expect(await readWhole(file)).toHaveLength(BYTES.length);
    impatient.close();
  });
});
