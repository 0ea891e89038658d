import { EventEmitter, once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { describe, expect, test, vi } from 'vitest';
import { createOnDemandDecoder } from './on-demand-decoder.js';
import { openThumbnailCache, type ThumbnailCache } from './thumbnail-cache.js';

const SIZE = 1_000;

/** What passes for a thumbnail: the head of a WebP file that states its length, and nothing in it. */
function webp(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(length - 8, 4);
  bytes.write('WEBP', 8, 'latin1');
  return bytes;
}

/** A cache over a decoder that counts what it makes, each a thousand bytes. */
function openCache(folder: string, maxBytes: number): { readonly cache: ThumbnailCache; readonly made: string[] } {
  const made: string[] = [];
  const decoder = {
    decoderVersion: 'of the test',
    async thumbnail({ relPath }: { readonly relPath: string }) {
      made.push(relPath);
      return { kind: 'webp', data: webp(SIZE), width: 1, height: 1 } as const;
    },
  };
  return { cache: openThumbnailCache({ folder, maxBytes, decoder }), made };
}

/** Photo `n`; the first letters of its hash, which are its folder, are its own. */
const photo = (n: number) => ({
  rootPath: '/photos',
  rootIdentity: null,
  relPath: `${n}.jpg`,
  fileSize: SIZE,
  contentHash: String(n).padStart(2, '0').padEnd(64, 'a'),
});

async function getAll(cache: ThumbnailCache, numbers: readonly number[]): Promise<void> {
  for (const n of numbers) expect((await cache.get(photo(n), 'grid')).kind).toBe('webp');
}

const keptIn = (folder: string): readonly number[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.webp'))
    .map((name) => Number(name.slice(0, 2)))
    .sort((a, b) => a - b);

/** As if photo 1 had been kept a minute ago, photo 2 a second later and so on: file systems note times coarsely. */
function backdate(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const at = Date.now() / 1_000 - 60 + Number(name.slice(0, 2));
    if (name.endsWith('.webp')) utimesSync(join(folder, name), at, at);
  }
}

/** When the file of a photo says that it was used last: nobody waits for that to be written. */
function usedAt(folder: string, n: number): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const name = names.find((each) => each.endsWith('.webp') && Number(each.slice(0, 2)) === n) ?? '';
  return statSync(join(folder, name)).mtimeMs;
}

test('makes each thumbnail once, also when it is asked for twice at the same time', async () => {
  using folder = tempFolder();
  const { cache, made } = openCache(folder.path, 100 * SIZE);
  await Promise.all([cache.get(photo(1), 'grid'), cache.get(photo(1), 'grid')]);
  await getAll(cache, [1]);
  await cache.get(photo(1), 'view');
  expect(made).toEqual(['1.jpg', '1.jpg']); // One a size.
});

test('keeps to its size, and lets go of what was not used for longest', async () => {
  using folder = tempFolder();
  const { cache, made } = openCache(folder.path, 10 * SIZE);
  await getAll(cache, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  await getAll(cache, [1, 2]);
  await getAll(cache, [11]);
  await expect.poll(() => keptIn(folder.path), { timeout: 20_000 }).toEqual([1, 2, 5, 6, 7, 8, 9, 10, 11]);
  expect(cache.bytes).toBe(9 * SIZE);
  await getAll(cache, [3]);
  expect(made.filter((name) => name === '3.jpg')).toHaveLength(2);
});

test('after a restart what was used last is still the last to go', async () => {
  using folder = tempFolder();
  const before = openCache(folder.path, 10 * SIZE).cache;
  await getAll(before, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  backdate(folder.path);
  const startedAt = Date.now() - 10_000;
  await getAll(before, [1]);
  await expect.poll(() => usedAt(folder.path, 1), { timeout: 20_000 }).toBeGreaterThan(startedAt);
  const { cache, made } = openCache(folder.path, 10 * SIZE);
  await getAll(cache, [3]);
  await expect.poll(() => cache.bytes, { timeout: 20_000 }).toBe(10 * SIZE);
  await getAll(cache, [11]);
  await expect.poll(() => keptIn(folder.path), { timeout: 20_000 }).toEqual([1, 3, 5, 6, 7, 8, 9, 10, 11]);
  expect(made).toEqual(['11.jpg']);
});

test('a smaller limit holds from the next start', async () => {
  using folder = tempFolder();
  await getAll(openCache(folder.path, 10 * SIZE).cache, [1, 2, 3, 4, 5, 6]);
  openCache(folder.path, 2 * SIZE);
  await expect.poll(() => keptIn(folder.path).length, { timeout: 20_000 }).toBeLessThanOrEqual(2);
});

test('without room it makes each thumbnail anew and keeps none', async () => {
  using folder = tempFolder();
  const { cache, made } = openCache(folder.path, 0);
  await getAll(cache, [1, 1]);
  expect([made.length, keptIn(folder.path)]).toEqual([2, []]);
});

test('what a killed process had begun to write is removed', async () => {
  using folder = tempFolder();
  const draft = join(folder.path, 'ab', 'abc.webp.4711.tmp');
  mkdirSync(join(folder.path, 'ab'));
  writeFileSync(draft, 'half');
  openCache(folder.path, 10 * SIZE);
  await expect.poll(() => existsSync(draft), { timeout: 20_000 }).toBe(false);
});

describe('what lies in the cache', () => {
  const keptFile = (folder: string): string =>
    join(
      folder,
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('.webp')) ?? '',
    );

  test.each<[string, (whole: Buffer) => Buffer]>([
    ['empty', () => Buffer.alloc(0)],
    ['cut off', (whole) => whole.subarray(0, SIZE / 2)],
    ['longer than it says', (whole) => Buffer.concat([whole, Buffer.alloc(1)])],
    ['of zeros', (whole) => Buffer.alloc(whole.length)],
    ['another kind of file', (whole) => Buffer.concat([Buffer.from('<html>'), whole.subarray(6)])],
  ])('and is %s is made anew', async (_, spoil) => {
    using folder = tempFolder();
    const { cache, made } = openCache(folder.path, 100 * SIZE);
    await getAll(cache, [1]);
    const path = keptFile(folder.path);
    const whole = readFileSync(path);
    writeFileSync(path, spoil(whole));
    expect(await cache.get(photo(1), 'grid')).toMatchObject({ kind: 'webp', data: whole });
    expect([made.length, readFileSync(path).equals(whole)]).toEqual([2, true]);
  });

  test('and is whole is served as it is', async () => {
    using folder = tempFolder();
    const { cache, made } = openCache(folder.path, 100 * SIZE);
    await getAll(cache, [1, 1]);
    expect(made).toHaveLength(1);
  });
});

test('other bytes than those of the hash are not kept', async () => {
  using folder = tempFolder();
  const changed = { kind: 'changed', contentHash: 'b'.repeat(64) } as const;
  const decoder = { decoderVersion: 'of the test', thumbnail: async () => changed };
  const cache = openThumbnailCache({ folder: folder.path, maxBytes: 100 * SIZE, decoder });
  expect(await cache.get(photo(1), 'grid')).toEqual(changed);
  expect(keptIn(folder.path)).toEqual([]);
});

test('what nobody waits for any more is given up, and not before', async () => {
  using folder = tempFolder();
  const signals: AbortSignal[] = [];
  const decoder = {
    decoderVersion: 'of the test',
    thumbnail: (_: unknown, { signal }: { readonly signal?: AbortSignal }) =>
      new Promise<never>((_resolve, reject) => {
        if (signal === undefined) throw new TypeError('no signal');
        signals.push(signal);
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  };
  const cache = openThumbnailCache({ folder: folder.path, maxBytes: 100 * SIZE, decoder });
  const [first, second] = [new AbortController(), new AbortController()];
  const gone = expect(cache.get(photo(1), 'grid', first.signal)).rejects.toThrow('first');
  const alsoGone = expect(cache.get(photo(1), 'grid', second.signal)).rejects.toThrow('second');
  await vi.waitFor(() => expect(signals).toHaveLength(1));
  first.abort(new Error('first'));
  await gone;
  expect(signals[0]?.aborted).toBe(false);
  second.abort(new Error('second'));
  await alsoGone;
  expect(signals[0]?.aborted).toBe(true);
});

test('what has begun when its callers leave is kept, and made for whoever comes meanwhile', async () => {
  using folder = tempFolder();
  const decoding = new EventEmitter();
  const made: string[] = [];
  const decodeHost = {
    decoderVersion: 'of the test',
    async thumbnail({ relPath }: { readonly relPath: string }) {
      made.push(relPath);
      await once(decoding, 'done');
      return { kind: 'webp', data: webp(SIZE), width: 1, height: 1 } as const;
    },
    prepareForSearch: () => Promise.reject(new Error('not asked for')),
  };
  const decoder = createOnDemandDecoder(decodeHost, { atOnce: 1, bytes: 10 * SIZE, waiting: 10 });
  const cache = openThumbnailCache({ folder: folder.path, maxBytes: 100 * SIZE, decoder });
  const caller = new AbortController();
  const [begun, waiting] = [photo(1), photo(2)].map((each) => cache.get(each, 'grid', caller.signal));
  const left = Promise.all([begun, waiting].map((each) => expect(each).rejects.toThrow('left')));
  await vi.waitFor(() => expect(decoder.load()).toMatchObject({ running: 1, waiting: 1 }));
  caller.abort(new Error('left'));
  await left;
  const later = cache.get(photo(Number.parseInt(made[0] ?? '', 10)), 'grid');
  decoding.emit('done');
  expect((await later).kind).toBe('webp');
  expect(made).toHaveLength(1);
  expect(keptIn(folder.path)).toHaveLength(1);
});
