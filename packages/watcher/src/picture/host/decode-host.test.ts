import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paintPicture, picture, progressiveBomb, rawContainer, tempFolder } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import type { DecodeHost } from '../../picture-types.js';
import { hashOf } from '../read-photo.js';
import { openDecodeHost } from './decode-host.js';
import type { DecodeHostOptions } from './decode-host-options.js';

const TARGET = {
  pixels: { resizeMode: 'shortest-side-center-crop', resampleFilter: 'bicubic', resizeSize: 64, inputSize: 64 },
  acceptedMediaTypes: [],
} as const;
const JPEG_ONLY = { acceptedMediaTypes: ['image/jpeg'] } as const;

/** A host, a library, and a place for its temporary files. */
async function openTestHost(options: DecodeHostOptions = {}) {
  const folder = tempFolder();
  const rootPath = join(folder.path, 'library');
  const tempParent = join(folder.path, 'temp');
  mkdirSync(rootPath);
  mkdirSync(tempParent);
  const host = await openDecodeHost({ threads: 2, nice: 0, tempParent, ...options });
  const add = (relPath: string, bytes: Uint8Array) => {
    writeFileSync(join(rootPath, relPath), bytes);
    return { rootPath, rootIdentity: null, relPath, contentHash: hashOf(bytes) };
  };
  return {
    host,
    rootPath,
    tempParent,
    add,
    async [Symbol.asyncDispose]() {
      await host.close();
      folder[Symbol.dispose]();
    },
  };
}

function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return list === '' ? [] : list.split(' ').map(Number);
}

/** Process ids of our decode children, from the kernel. */
function childPids(): number[] {
  return childrenOf(process.pid).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('decode-child'));
}

/** Waits until a slow photo is being decoded, which its memory tells; @param begin starts the call */
async function inHand<T>(host: DecodeHost, begin: () => Promise<T>): Promise<{ readonly call: Promise<T> }> {
  await until(() => host.stats().rssBytes > 0);
  const before = host.stats().rssBytes;
  const call = begin();
  call.catch(() => {}); // looked at later
  await until(() => host.stats().rssBytes > before + (60 << 20));
  return { call };
}

function exifTools(): number[] {
  return childPids().flatMap(childrenOf);
}

/** Those that are started later too, until it is disposed of. */
function stopEveryExifTool(): Disposable {
  const timer = setInterval(() => {
    for (const exifTool of exifTools()) process.kill(exifTool, 'SIGSTOP');
  }, 5);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const photo = await picture(paintPicture(320, 240), 'jpeg');
/** Takes about a second, and 300 MB, to decode. */
const slowPhoto = await progressiveBomb(7000);

describe('the calls', () => {
  test('prepare gives pixels in a buffer of their own', async () => {
    await using t = await openTestHost();
    const prepared = await t.host.prepare(t.add('a.jpg', photo), TARGET);
    expect(prepared).toMatchObject({ kind: 'pixels', width: 64, height: 64, quality: 'full', source: 'jpeg 320x240' });
    if (prepared.kind === 'pixels') expect(prepared.data.buffer.byteLength).toBe(64 * 64 * 3);
  });

  test('a plain TIFF is decoded whatever its name says, and a RAW without a preview never is', async () => {
    await using t = await openTestHost();
    const plain = t.add('plain.dng', await picture(paintPicture(320, 240), 'tiff'));
    expect(await t.host.prepare(plain, TARGET)).toMatchObject({ kind: 'pixels', source: 'tiff 320x240' });
    const raw = t.add('raw.dng', rawContainer(Buffer.from('no preview'), 1));
    expect(await t.host.prepare(raw, TARGET)).toMatchObject({ kind: 'failed', reason: 'no_preview' });
  });

  test('prepare tells that the bytes are others by now', async () => {
    await using t = await openTestHost();
    const location = t.add('a.jpg', photo);
    const contentHash = createHash('sha256').update('before').digest('hex');
    expect(await t.host.prepare({ ...location, contentHash }, TARGET)).toEqual({
      kind: 'changed',
      contentHash: location.contentHash,
    });
  });

  test('an encoder that takes files gets the original, or a JPEG made from what it cannot read', async () => {
    await using t = await openTestHost();
    const original = await t.host.prepare(t.add('a.jpg', photo), JPEG_ONLY);
    expect(original).toMatchObject({ kind: 'encoded', mediaType: 'image/jpeg', source: 'original image/jpeg' });
    if (original.kind === 'encoded') expect(Buffer.from(original.data).equals(photo)).toBe(true);
    const made = await t.host.prepare(t.add('a.png', await picture(paintPicture(320, 240), 'png')), JPEG_ONLY);
    expect(made).toMatchObject({ kind: 'encoded', mediaType: 'image/jpeg', source: 'png 320x240' });
  });

  test('a large original comes whole, and leaves nothing in the temporary folder', async () => {
    await using t = await openTestHost();
    const large = Buffer.concat([photo, Buffer.alloc(3 << 20)]);
    const prepared = await t.host.prepare(t.add('large.jpg', large), JPEG_ONLY);
    if (prepared.kind !== 'encoded') throw new Error(prepared.kind);
    expect(hashOf(prepared.data)).toBe(hashOf(large));
    const [folder] = readdirSync(t.tempParent);
    expect(readdirSync(join(t.tempParent, folder ?? ''))).toEqual([]);
  });

  test('what only the encoder can decode is sent as it is', async () => {
    await using t = await openTestHost();
    const bmp = Buffer.concat([Buffer.from('BM'), Buffer.alloc(64)]);
    const target = { ...TARGET, acceptedMediaTypes: ['image/bmp'] };
    expect(await t.host.prepare(t.add('a.bmp', bmp), target)).toMatchObject({
      kind: 'encoded',
      mediaType: 'image/bmp',
    });
    expect(await t.host.prepare(t.add('a.bmp', bmp), TARGET)).toMatchObject({ reason: 'unsupported_media' });
  });

  test('ingest gives facts for a picture and for what is none', async () => {
    await using t = await openTestHost();
    expect(await t.host.ingest(t.add('a.jpg', photo))).toMatchObject({
      kind: 'facts',
      facts: {
        relPath: 'a.jpg',
        fileSize: photo.length,
        contentHash: hashOf(photo),
        mediaType: 'image/jpeg',
        width: 320,
        height: 240,
      },
    });
    expect(await t.host.ingest(t.add('b.jpg', Buffer.from('text')))).toMatchObject({
      kind: 'facts',
      facts: { mediaType: null, width: null, contentHash: hashOf(Buffer.from('text')) },
    });
    expect(await t.host.ingest({ rootPath: t.rootPath, rootIdentity: null, relPath: 'none.jpg' })).toMatchObject({
      kind: 'failed',
      reason: 'not_found',
      errorClass: 'environment',
    });
  });

  test('a file too large to decode has a hash and a reason', async () => {
    await using t = await openTestHost({ limits: { maxFileBytes: 1000 } });
    const location = t.add('a.jpg', photo);
    expect(await t.host.ingest(location)).toMatchObject({ kind: 'facts', facts: { contentHash: hashOf(photo) } });
    expect(await t.host.prepare(location, TARGET)).toMatchObject({ kind: 'failed', reason: 'too_large', sure: true });
  });

  test('thumbnail gives a WebP that fits', async () => {
    await using t = await openTestHost();
    const thumbnail = await t.host.thumbnail(t.add('a.jpg', photo), { maxSide: 100 });
    expect(thumbnail).toMatchObject({ kind: 'webp', width: 100, height: 75 });
    if (thumbnail.kind === 'webp') expect(Buffer.from(thumbnail.data).toString('latin1', 8, 12)).toBe('WEBP');
  });

  test('other bytes than those of the hash are told, and nothing is made of them', async () => {
    await using t = await openTestHost();
    const { contentHash } = t.add('a.jpg', photo);
    const other = await picture(paintPicture(90, 60), 'jpeg');
    const swapped = { ...t.add('a.jpg', other), contentHash };
    const changed = { kind: 'changed', contentHash: hashOf(other) };
    expect(await t.host.thumbnail(swapped, { maxSide: 100 })).toEqual(changed);
    expect(await t.host.prepareForSearch(swapped, TARGET)).toEqual(changed);
    t.add('a.jpg', photo);
    expect((await t.host.thumbnail(swapped, { maxSide: 100 })).kind).toBe('webp');
    expect((await t.host.prepareForSearch(swapped, TARGET)).kind).toBe('pixels');
  });

  test('a file without a hash is taken as it lies', async () => {
    await using t = await openTestHost();
    const { rootPath, relPath } = t.add('a.jpg', photo);
    const taken = await t.host.prepareForSearch({ rootPath, rootIdentity: null, relPath }, TARGET);
    expect(taken).toMatchObject({ kind: 'pixels', contentHash: hashOf(photo) });
  });

  test('a truncated file written a moment ago is not sure', async () => {
    await using t = await openTestHost();
    const cut = t.add('cut.jpg', photo.subarray(0, photo.length / 2));
    expect(await t.host.prepare(cut, TARGET)).toMatchObject({ reason: 'truncated', errorClass: 'photo', sure: false });
  });

  test('an aborted call rejects with the reason of its signal', async () => {
    await using t = await openTestHost({ threads: 1 });
    const slow = t.host.prepare(t.add('slow.jpg', slowPhoto), TARGET);
    const stop = new AbortController();
    const queued = t.host.prepare(t.add('a.jpg', photo), TARGET, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(queued).rejects.toThrow('enough');
    expect((await slow).kind).toBe('pixels');
  });
});

describe('a child that ends', () => {
  test('costs the photo in hand a CHILD_DIED and the waiting ones nothing', async () => {
    await using t = await openTestHost({ threads: 1 });
    const slow = t.add('slow.jpg', slowPhoto);
    const { call } = await inHand(t.host, () => t.host.prepare(slow, TARGET));
    const waiting = [1, 2, 3].map((n) => t.host.prepare(t.add(`${n}.jpg`, photo), TARGET));
    for (const pid of childPids()) process.kill(pid, 'SIGKILL');
    await expect(call).rejects.toMatchObject({ code: 'CHILD_DIED' });
    expect((await Promise.all(waiting)).map((prepared) => prepared.kind)).toEqual(['pixels', 'pixels', 'pixels']);
    expect(t.host.stats().restarts).toBe(1);
  });

  test('with the photo alone in it makes that photo a crashed_decoder', async () => {
    await using t = await openTestHost();
    const before = childPids();
    const slow = t.add('slow.jpg', slowPhoto);
    await t.host.prepare(t.add('a.jpg', photo), TARGET, { alone: true }); // the child for lone photos is up
    const { call } = await inHand(t.host, () => t.host.prepare(slow, TARGET, { alone: true }));
    for (const pid of childPids()) if (!before.includes(pid)) process.kill(pid, 'SIGSEGV');
    expect(await call).toMatchObject({ kind: 'failed', reason: 'crashed_decoder', errorClass: 'photo', sure: true });
    expect((await t.host.prepare(t.add('a.jpg', photo), TARGET)).kind).toBe('pixels');
  });

  test('is tried again alone for calls that nobody counts', async () => {
    await using t = await openTestHost({ threads: 1 });
    const slow = t.add('slow.jpg', slowPhoto);
    const { call } = await inHand(t.host, () => t.host.thumbnail(slow, { maxSide: 3000 }));
    for (const pid of childPids()) process.kill(pid, 'SIGKILL');
    expect((await call).kind).toBe('webp');
  });

  test('outgrowing its memory is killed, and the file found when it is alone', async () => {
    await using t = await openTestHost({ maxChildRssBytes: 220 << 20 });
    const greedy = t.add('greedy.jpg', await progressiveBomb(7700));
    await expect(t.host.prepare(greedy, TARGET)).rejects.toMatchObject({ code: 'CHILD_DIED' });
    expect(await t.host.prepare(greedy, TARGET, { alone: true })).toMatchObject({ reason: 'crashed_decoder' });
  });

  test('leaves no ExifTool behind', async () => {
    await using t = await openTestHost();
    const nef = rawContainer(photo, 1);
    await t.host.prepare(t.add('a.nef', nef), TARGET);
    const group = childPids();
    for (const pid of group) process.kill(pid, 'SIGKILL');
    expect((await t.host.prepare(t.add('b.nef', nef), TARGET)).kind).toMatch(/pixels|failed/);
    await until(() => group.every((pid) => !groupAlive(pid)));
  });
});

function groupAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('deadlines', () => {
  test('a picture that takes too long to decode is a timeout, and its neighbours lose nothing', async () => {
    await using t = await openTestHost({ decodeDeadlineMs: 3000 });
    using stopped = stopEveryExifTool();
    const stuck = t.host.prepare(t.add('a.nef', rawContainer(photo, 1)), TARGET);
    const others = [1, 2, 3, 4].map((n) => t.host.prepare(t.add(`${n}.jpg`, photo), TARGET));
    expect((await Promise.all(others)).every((prepared) => prepared.kind === 'pixels')).toBe(true);
    expect(await stuck).toMatchObject({ reason: 'timeout', errorClass: 'photo', sure: false });
    stopped[Symbol.dispose]();
    expect((await t.host.prepare(t.add('b.nef', rawContainer(photo, 1)), TARGET)).kind).toBe('pixels');
  });

  test.each(['SIGSTOP', 'SIGKILL'] as const)(
    'an ExifTool that is silent once (%s), as it is when a disk hangs, costs the photo nothing',
    async (signal) => {
      await using t = await openTestHost({ decodeDeadlineMs: 10_000 });
      for (const exifTool of exifTools()) process.kill(exifTool, 'SIGSTOP');
      const call = t.host.prepare(t.add('a.nef', rawContainer(photo, 1)), TARGET);
      await until(() => readdirSync(t.tempParent, { recursive: true }).some((name) => String(name).endsWith('.nef')));
      for (const exifTool of exifTools()) process.kill(exifTool, signal);
      const prepared = await call;
      expect(prepared.kind === 'failed' ? prepared : prepared.kind).toBe('pixels');
    },
  );

  test('a child that is stopped is noticed and replaced', { timeout: 60_000 }, async () => {
    await using t = await openTestHost({ threads: 1 });
    for (const pid of childPids()) process.kill(pid, 'SIGSTOP');
    expect((await t.host.prepare(t.add('a.jpg', photo), TARGET)).kind).toBe('pixels');
    expect(t.host.stats().restarts).toBe(1);
  });
});

describe('closing', () => {
  test('lets what runs end, refuses what waits, and removes its folder', async () => {
    const t = await openTestHost({ threads: 1 });
    const running = t.host.prepare(t.add('a.jpg', photo), TARGET);
    const waiting = t.host.prepare(t.add('b.jpg', photo), TARGET);
    const closing = t.host.close();
    expect(t.host.close()).toBe(closing);
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    expect((await running).kind).toBe('pixels');
    await closing;
    await expect(t.host.ingest({ rootPath: t.rootPath, rootIdentity: null, relPath: 'a.jpg' })).rejects.toMatchObject({
      code: 'CLOSED',
    });
    expect(childPids()).toEqual([]);
    expect(readdirSync(t.tempParent)).toEqual([]);
    await t[Symbol.asyncDispose]();
  });

  test('does not wait for a child that hangs', async () => {
    const t = await openTestHost({ closeGraceMs: 100 });
    for (const pid of childPids()) process.kill(pid, 'SIGSTOP');
    const stuck = expect(t.host.prepare(t.add('a.jpg', photo), TARGET)).rejects.toMatchObject({ code: 'CLOSED' });
    await t[Symbol.asyncDispose]();
    await stuck;
    expect(childPids()).toEqual([]);
  });
});

test('without Perl, pictures still work, RAW has its reason, and EXIF is unknown', async () => {
  await using t = await openTestHost({ useExifTool: false });
  expect(t.host.limitation).toContain('Perl');
  expect((await t.host.prepare(t.add('a.jpg', photo), TARGET)).kind).toBe('pixels');
  expect(await t.host.ingest(t.add('a.jpg', photo))).toMatchObject({ facts: { width: 320, cameraMake: null } });
  expect((await t.host.prepare(t.add('a.tif', await picture(paintPicture(90, 60), 'tiff')), TARGET)).kind).toBe(
    'pixels',
  );
  expect(await t.host.prepare(t.add('a.nef', rawContainer(photo, 1)), TARGET)).toMatchObject({
    reason: 'needs_perl',
    errorClass: 'environment',
  });
});

test('nothing is created below the library', async () => {
  await using t = await openTestHost();
  await t.host.prepare(t.add('a.nef', rawContainer(photo, 6)), TARGET);
  await t.host.ingest({ rootPath: t.rootPath, rootIdentity: null, relPath: 'a.nef' });
  expect(readdirSync(t.rootPath)).toEqual(['a.nef']);
  expect(existsSync(join(t.rootPath, 'a.nef_original'))).toBe(false);
});

test.each([
  { x: -0.1, y: 0, width: 0.5, height: 0.5 },
  { x: 0.6, y: 0, width: 0.5, height: 0.5 },
  { x: 0, y: 0, width: 0, height: 0.5 },
  { x: Number.NaN, y: 0, width: 0.5, height: 0.5 },
])('a part beyond the picture is refused: %j', async (crop) => {
  await using t = await openTestHost();
  await expect(t.host.prepareForSearch(t.add('a.jpg', photo), TARGET, { crop })).rejects.toThrow(RangeError);
});

test('bad options are named, all of them', async () => {
  await expect(openDecodeHost({ threads: 0, readDeadlineMs: -1 })).rejects.toThrow(/threads.*readDeadlineMs/);
});
