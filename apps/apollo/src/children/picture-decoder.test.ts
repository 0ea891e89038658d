import { readFileSync } from 'node:fs';
import { hostileFiles, lacksShared, sharedPath } from '@clip-watch/test-support';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DecodeOutput } from './child-protocol.js';
import type { ChildWork } from './child-runtime.js';
import { openDecoder } from './picture-decoder.js';

let decoder: ChildWork<Uint8Array, DecodeOutput>;
beforeAll(async () => {
  decoder = await openDecoder({
    role: 'decode',
    inputSize: 224,
    resizeSize: 224,
    stretch: false,
    kernel: 'cubic',
    maxPixels: 10_000_000,
  });
});

async function decode(file: Uint8Array): Promise<DecodeOutput> {
  const [output] = await decoder.run([file]);
  if (!output) throw new Error('one file in, one output out');
  return output;
}

/** Red on the left, blue on the right. */
async function twoColours(width: number, height: number): Promise<Sharp> {
  const left = await sharp({ create: { width: Math.ceil(width / 2), height, channels: 3, background: '#ff0000' } })
    .png()
    .toBuffer();
  return sharp({ create: { width, height, channels: 3, background: '#0000ff' } }).composite([
    { input: left, left: 0, top: 0 },
  ]);
}
const pixel = (output: DecodeOutput, x: number, y: number): number[] => {
  if (output.kind !== 'pixels') throw new Error(JSON.stringify(output));
  return [...output.data.subarray((y * 224 + x) * 3, (y * 224 + x) * 3 + 3)];
};
const near = (expected: readonly number[]) => expected.map((value) => expect.closeTo(value, -1.3));

test.each(['jpeg', 'png', 'webp'] as const)('decodes %s to a square of RGB bytes', async (format) => {
  const output = await decode(await (await twoColours(400, 300)).toFormat(format).toBuffer());
  expect(output.kind === 'pixels' && output.data.length).toBe(224 * 224 * 3);
  expect(pixel(output, 20, 100)).toEqual(near([255, 0, 0]));
  expect(pixel(output, 200, 100)).toEqual(near([0, 0, 255]));
});

test('follows the orientation in EXIF', async () => {
  const turned = await (await twoColours(300, 300)).jpeg().withMetadata({ orientation: 6 }).toBuffer();
  const output = await decode(turned);
  expect([pixel(output, 112, 20), pixel(output, 112, 200)]).toEqual([near([255, 0, 0]), near([0, 0, 255])]);
});

test('puts what is transparent on white', async () => {
  const clear = sharp({ create: { width: 300, height: 300, channels: 4, background: { r: 9, g: 9, b: 9, alpha: 0 } } });
  expect(pixel(await decode(await clear.png().toBuffer()), 50, 50)).toEqual([255, 255, 255]);
});

test('grey pictures get three channels', async () => {
  const colours = await (await twoColours(300, 300)).png().toBuffer();
  const grey = await sharp(colours).greyscale().jpeg().toBuffer();
  const [r, g, b] = pixel(await decode(grey), 20, 20);
  expect([g, b]).toEqual([r, r]);
  expect(r).toBeGreaterThan(20);
});

test.each([
  [1, 1],
  [1, 5000],
  [5000, 1],
  [223, 225],
])('a picture of %i x %i becomes a square too', async (width, height) => {
  const file = await sharp({ create: { width, height, channels: 3, background: '#00ff00' } })
    .png()
    .toBuffer();
  expect(pixel(await decode(file), 223, 223)).toEqual([0, 255, 0]);
});

test('a picture above the pixel limit is refused by its header', async () => {
  const file = await sharp({ create: { width: 4000, height: 4000, channels: 3, background: '#000' } })
    .png()
    .toBuffer();
  expect(await decode(file)).toMatchObject({ kind: 'refused', reason: 'TOO_LARGE' });
});

test.each(['gif', 'tiff', 'avif'] as const)('%s is not decoded here', async (format) => {
  const file = await (await twoColours(64, 64)).toFormat(format).toBuffer();
  expect(await decode(file)).toMatchObject({ kind: 'refused' });
});

test.each([10, 50, 90])('a JPEG cut off at %i %% is told to be broken', async (percent) => {
  const file = await (await twoColours(600, 600)).jpeg().toBuffer();
  const output = await decode(file.subarray(0, (file.length * percent) / 100));
  expect(output).toMatchObject({ kind: 'refused', reason: 'UNDECODABLE' });
});

describe('hostile files', () => {
  const refused = [
    'corrupt-header.jpg',
    'jpeg-sof-65500.jpg',
    'png-bomb-30000x30000-1bit.png',
    'png-ihdr-2g.png',
    'png-interlaced-16000.png',
    'random-64k.jpg',
    'svg-named.jpg',
    'truncated.png',
    'zero-bytes.jpg',
    'html-named.jpg',
    'heic-named.jpg',
    'decompression-bomb.gif',
    'jpeg-cut-25pct.jpg',
    'broken-data-stream.png',
  ];
  let files: Readonly<Record<string, Buffer>>;
  beforeAll(async () => {
    files = await hostileFiles();
  });

  test.each(refused)('%s is refused', async (name) => {
    const file = files[name];
    if (file === undefined) throw new Error(`no ${name} is made`);
    expect(await decode(file)).toMatchObject({ kind: 'refused' });
  });

  test.skipIf(lacksShared('hostile files from elsewhere'))('those found elsewhere are refused', async () => {
    for (const name of refused) {
      const output = await decode(readFileSync(sharedPath('photos/hostile', name)));
      expect.soft(output, name).toMatchObject({ kind: 'refused' });
    }
  });
});
