import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lacksShared, oddPictures, orientedPicture, paintPicture, picture, sharedPath } from '@clip-watch/test-support';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { readJpegHeader } from './jpeg-header.js';

const scene = paintPicture(64, 48);
const plain = await picture(scene, 'jpeg');
const turned = await orientedPicture(scene, 6, 'jpeg');

/** What sharp says of the same bytes, in our words; undefined when it opens none. */
async function bySharp(jpeg: Buffer) {
  const header = await sharp(jpeg, { failOn: 'truncated', limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  if (header === undefined) return undefined;
  const { width, height, orientation, space } = header;
  return { width, height, orientation, isCmyk: space === 'cmyk' };
}

async function expectAgreement(jpeg: Buffer): Promise<void> {
  const found = readJpegHeader(jpeg);
  const said = found && (await bySharp(jpeg));
  if (found === undefined || said === undefined) return; // it asks sharp, or sharp decides when it decodes
  const { whole: _, ...facts } = found;
  expect(facts).toEqual(said);
}

describe('a plain JPEG', () => {
  test('gives its size', () => {
    expect(readJpegHeader(plain)).toEqual({
      width: 64,
      height: 48,
      orientation: undefined,
      whole: false,
      isCmyk: false,
    });
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('gives orientation %d and its size as stored', async (orientation) => {
    const jpeg = await orientedPicture(scene, orientation, 'jpeg');
    expect(readJpegHeader(jpeg)).toMatchObject({ orientation, ...(await bySharp(jpeg)) });
  });

  test.each(['progressive.jpg', 'grey.jpg', 'cmyk.jpg', 'p3.jpg'])('%s too', async (name) => {
    const jpeg = (await oddPictures(scene))[name] ?? plain;
    expect(readJpegHeader(jpeg)).toMatchObject({ width: 64, height: 48, whole: name === 'progressive.jpg' });
  });

  test('is held whole when its first scan has not all colours', () => {
    const jpeg = Buffer.from(plain);
    jpeg[jpeg.indexOf('ffda', 'hex') + 4] = 1;
    expect(readJpegHeader(jpeg)).toMatchObject({ whole: true });
  });
});

/** Where a byte stands behind a marker, and what makes it odd. */
const ODD: readonly (readonly [what: string, file: Buffer, marker: string, behind: number, value: number])[] = [
  ['a frame of 12 bits', plain, 'ffc0', 4, 12],
  ['a frame without lines', plain, 'ffc0', 6, 0],
  ['two components', plain, 'ffc0', 9, 2],
  ['arithmetic coding', plain, 'ffc0', 1, 0xc9],
  ['a start in the middle', plain, 'ffdb', 1, 0xd8],
  ['rubbish between segments', plain, 'ffdb', 0, 0],
  ['EXIF of another kind', turned, 'ffe1', 8, 1],
  ['EXIF of no byte order', turned, 'ffe1', 10, 0],
  ['a directory beyond the block', turned, 'ffe1', 14, 0xff],
];

test.each(ODD)('%s is left to sharp', (_, file, marker, behind, value) => {
  const jpeg = Buffer.from(file);
  jpeg[jpeg.indexOf(marker, 'hex') + behind] = value;
  expect(readJpegHeader(jpeg)).toBeUndefined();
});

test('EXIF twice, and a file that ends in its header, are left to sharp', () => {
  const exif = turned.subarray(2, turned.indexOf('ffdb', 'hex'));
  expect(readJpegHeader(Buffer.concat([turned.subarray(0, 2), exif, turned.subarray(2)]))).toBeUndefined();
  for (let length = 0; length < turned.indexOf('ffda', 'hex'); length += 1)
    expect(readJpegHeader(turned.subarray(0, length))).toBeUndefined();
});

test('a header with any one to four bytes changed: what it answers is what sharp says', {
  timeout: 60_000,
}, async () => {
  const headerEnd = turned.indexOf('ffda', 'hex') + 16;
  const change = fc.tuple(fc.nat(headerEnd), fc.integer({ min: 0, max: 255 }));
  const property = fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
    const jpeg = Buffer.from(turned);
    for (const [at, value] of changes) jpeg[at] = value;
    await expectAgreement(jpeg);
  });
  await fc.assert(property, { numRuns: Number(process.env.CLIP_WATCH_TEST_MUTATIONS ?? 1000) });
});

describe.skipIf(lacksShared('headers of real photos'))('real photos', () => {
  const filesIn = (name: string): string[] => {
    const folder = sharedPath('photos', name);
    return readdirSync(folder).map((file) => join(folder, file));
  };

  test('every answer is what sharp says', async () => {
    const files = ['jpeg', 'orientation', 'hostile', 'raw', 'names'].flatMap(filesIn);
    for (const file of files) await expectAgreement(readFileSync(file));
  });

  test('most of them are plain', () => {
    const jpegs = filesIn('jpeg').map((file) => readJpegHeader(readFileSync(file)));
    expect(jpegs.filter((found) => found !== undefined).length).toBeGreaterThan(jpegs.length / 2);
  });
});
