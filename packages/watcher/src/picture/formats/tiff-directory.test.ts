import { paintPicture, picture, tiffFile } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { readTiff } from './tiff-directory.js';
import { holdsRaw, isOrdinaryPicture, mainPlace, tiffEndsEarly } from './tiff-kind.js';
import { isPlainYcc } from './tiff-samples.js';

const scene = paintPicture(64, 48);

describe('directories', () => {
  test('give numbers, text, sub-directories and the next page', () => {
    const sub = { tags: { 256: [7] } };
    const { pages } = readTiff(
      tiffFile([{ tags: { 271: 'Acme Corp', 256: [640] }, subPages: [sub] }, { picture: scene }]),
    );
    expect(pages.map((page) => page.numbers(256))).toEqual([[640], [64]]);
    expect(pages[0]?.text(271)).toBe('Acme Corp');
    expect(pages[0]?.subDirectories[0]?.numbers(256)).toEqual([7]);
  });

  test('of a BigTIFF in the other byte order', () => {
    const file = Buffer.alloc(64);
    file.write('MM\0+\0\x08', 0, 'latin1');
    file.writeBigUInt64BE(16n, 8);
    file.writeBigUInt64BE(1n, 16);
    file.set([1, 0, 0, 16], 24); // width, LONG8
    file.writeBigUInt64BE(1n, 28);
    file.writeBigUInt64BE(640n, 36);
    expect(readTiff(file).pages.map((page) => page.numbers(256))).toEqual([[640]]);
  });

  test.each([
    ['too short', Buffer.from('II*\0')],
    ['that leads beyond the end', Buffer.from('II*\0\xff\xff\xff\xffxxxxxxxxxxxx', 'latin1')],
    ['of zeros', Buffer.from(`II*\0${'\0'.repeat(100)}`)],
  ])('nothing is found in a file %s', (_, bytes) => {
    expect(readTiff(bytes).pages).toEqual([]);
  });

  test('that lead back to themselves end', () => {
    const file = tiffFile([{ picture: scene, subPages: [{ picture: scene }] }]);
    const start = file.readUInt32LE(4);
    file.writeUInt32LE(start, start + 2 + 12 * file.readUInt16LE(start));
    expect(readTiff(file).pages).toHaveLength(1);
  });

  test('a count of four thousand million values is no promise', () => {
    const file = tiffFile([{ tags: { 273: [1, 2] } }]);
    file.writeUInt32LE(0xffffffff, file.readUInt32LE(4) + 6);
    expect(readTiff(file).pages[0]?.numbers(273)).toEqual([]);
  });
});

describe('kinds', () => {
  test('a plain TIFF is no RAW file, nonsense neither', async () => {
    const plain = await picture(scene, 'tiff');
    expect([holdsRaw(readTiff(plain)), isOrdinaryPicture(readTiff(plain))]).toEqual([false, true]);
    expect(holdsRaw(readTiff(Buffer.from('II*\0')))).toBe(false);
    expect(holdsRaw(readTiff(Buffer.from('II*\0\xff\xff\xff\xffxxxxxxxxxxxx', 'latin1')))).toBe(false);
  });

  test.each([
    ['by the mark of Canon', Buffer.from('II*\0\x10\0\0\0CR')],
    ['by the mark of Phase One', Buffer.from('II*\0\x10\0\0\0IIII')],
    ['by the version of DNG', tiffFile([{ picture: scene, tags: { 50706: [0x0401] } }])],
    ['by its sensor data', tiffFile([{ picture: scene, subPages: [{ tags: { 262: [32803] } }] }])],
    ["by a compression of Nikon's", tiffFile([{ picture: scene, tags: { 259: [34713] } }])],
    ['by a named camera on a reduced picture', tiffFile([{ picture: scene, tags: { 254: [1], 271: 'Acme' } }])],
    ['by a named camera on a tiny picture', tiffFile([{ picture: paintPicture(16, 16), tags: { 271: 'Acme' } }])],
  ])('a RAW file is seen %s', (_, bytes) => {
    expect([holdsRaw(readTiff(bytes)), isOrdinaryPicture(readTiff(bytes))]).toEqual([true, false]);
  });

  test('YCbCr needs JPEG', () => {
    const ycc = (compression: number): Buffer => tiffFile([{ picture: scene, tags: { 262: [6], 259: [compression] } }]);
    expect([1, 7].map((compression) => isPlainYcc(readTiff(ycc(compression))))).toEqual([true, false]);
  });

  test('a whole picture goes before a reduced one', () => {
    const reduced = { picture: scene, tags: { 254: [1] } };
    expect(mainPlace(readTiff(tiffFile([reduced, { picture: scene }])))).toEqual({ page: 1, subifd: -1 });
    expect(mainPlace(readTiff(tiffFile([{ ...reduced, subPages: [{ picture: scene }] }])))).toEqual({
      page: 0,
      subifd: 0,
    });
    expect(mainPlace(readTiff(tiffFile([reduced, reduced])))).toEqual({ page: 0, subifd: -1 });
  });
});

test('an end that is missing: of the directory, or of some of the pixels', async () => {
  const behind = tiffFile([{ picture: scene }]); // its directory stands behind the pixels
  expect(tiffEndsEarly(readTiff(behind))).toBe(false);
  expect(tiffEndsEarly(readTiff(behind.subarray(0, 5000)))).toBe(true);
  const nonsense = Buffer.concat([Buffer.from('II+\0\x08\0\0\0', 'latin1'), Buffer.alloc(8, 0xff)]);
  expect(tiffEndsEarly(readTiff(nonsense))).toBe(false);
});
