import { deflateSync } from 'node:zlib';
import {
  animatedGif,
  decodeInFull,
  fromPixels,
  meanDistance,
  oddPictures,
  orientedPicture,
  paintPicture,
  picture,
  pngChunk,
  pngHeader,
  type RgbPicture,
  referencePixels,
  storedPicture,
  tiffFile,
} from '@clip-watch/test-support';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { openDecodeHost } from './host/decode-host.js';

const SIDE = 128;
const TARGET = {
  pixels: { resizeMode: 'shortest-side-center-crop', resampleFilter: 'bicubic', resizeSize: SIDE, inputSize: SIDE },
  acceptedMediaTypes: [],
} as const;
const scene = paintPicture(400, 300);
const odd = await oddPictures(scene);
const host = await openDecodeHost({ threads: 2 });
afterAll(() => host.close());

async function pixelsOf(bytes: Uint8Array): Promise<Uint8Array> {
  const prepared = await host.prepareBytes(bytes, TARGET);
  if (prepared.kind !== 'pixels') throw new Error(JSON.stringify(prepared));
  return prepared.data;
}

async function reasonOf(bytes: Uint8Array): Promise<string> {
  const prepared = await host.prepareBytes(bytes, TARGET);
  return prepared.kind === 'failed' ? prepared.reason : prepared.kind;
}

async function reference(upright: RgbPicture): Promise<Buffer> {
  return referencePixels(upright, SIDE);
}

test.each(['jpeg', 'png', 'webp', 'tiff', 'avif'] as const)('%s shows the scene', async (format) => {
  expect(meanDistance(await pixelsOf(await picture(scene, format)), await reference(scene))).toBeLessThanOrEqual(2);
});

test.each(['progressive.jpg', 'interlaced.png', 'sixteen-bit.png', 'sixteen-bit.tiff'])(
  '%s shows the scene',
  async (name) => {
    expect(meanDistance(await pixelsOf(odd[name] as Buffer), await reference(scene))).toBeLessThanOrEqual(2);
  },
);

test.each(['grey.jpg', 'palette.png'])('%s is close to a full decode of the same file', async (name) => {
  const file = odd[name] as Buffer;
  expect(meanDistance(await pixelsOf(file), await reference(await decodeInFull(file)))).toBeLessThanOrEqual(2);
});

test('four inks are multiplied, as the reference pipeline does', async () => {
  const file = odd['cmyk.jpg'] as Buffer;
  const inks = await sharp(file, { ignoreIcc: true })
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw()
    .toBuffer();
  const light = (at: number): number => 255 - (inks[at] ?? 0);
  const data = Buffer.from(
    scene.data.map((_, at) => {
      const pixel = 4 * Math.floor(at / 3);
      return Math.round((light(pixel + (at % 3)) * light(pixel + 3)) / 255);
    }),
  );
  expect(meanDistance(await pixelsOf(file), await reference({ ...scene, data }))).toBeLessThanOrEqual(2);
});

test('a TIFF in floating point holds linear light from 0 to 1', async () => {
  const linear = (value: number): number => (value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const data = Buffer.from(Float32Array.from(scene.data, linear).buffer);
  const tags = { 258: [32, 32, 32], 339: [3, 3, 3] };
  const file = tiffFile([{ picture: { ...scene, data }, tags }]);
  expect(meanDistance(await pixelsOf(file), await reference(scene))).toBeLessThanOrEqual(2);
});

test('an AVIF under another brand, as animations have it', async () => {
  const plain = await picture(scene, 'avif');
  const file = Buffer.from(plain);
  file.write('avis', 8, 'latin1');
  expect(meanDistance(await pixelsOf(file), await pixelsOf(plain))).toBe(0);
});

test('an orientation that a PNG keeps behind its pixels is applied', async () => {
  const file = await orientedPicture(scene, 6, 'png');
  const [pixelsAt, exifAt] = [file.indexOf('IDAT') - 4, file.indexOf('eXIf') - 4];
  const exifEnd = exifAt + 12 + file.readUInt32BE(exifAt);
  const endAt = file.length - 12;
  const late = [
    file.subarray(0, exifAt),
    file.subarray(exifEnd, endAt),
    file.subarray(exifAt, exifEnd),
    file.subarray(endAt),
  ];
  expect(exifAt).toBeLessThan(pixelsAt);
  expect(meanDistance(await pixelsOf(Buffer.concat(late)), await pixelsOf(file))).toBe(0);
});

describe('an orientation that a PNG keeps in a text', () => {
  const exif = Buffer.from(
    '457869660000' + '4d4d002a00000008' + '0001' + '011200030000000100060000' + '00000000',
    'hex',
  );
  const digits = `\nexif\n${String(exif.length).padStart(8)}\n${exif.toString('hex').replace(/.{72}/g, '$&\n')}\n`;
  const keyword = 'Raw profile type exif\0';
  const plain = Buffer.from(`${keyword}${digits}`, 'latin1');
  const packed = Buffer.concat([Buffer.from(`${keyword}\0`, 'latin1'), deflateSync(digits)]);

  async function withText(type: string, data: Buffer): Promise<Buffer> {
    const file = await picture(await storedPicture(scene, 6), 'png');
    const headerEnd = 33;
    return Buffer.concat([file.subarray(0, headerEnd), pngChunk(type, data), file.subarray(headerEnd)]);
  }

  test.each([
    ['plain', 'tEXt', plain],
    ['packed', 'zTXt', packed],
  ])('is applied when it is %s', async (_, type, data) => {
    expect(meanDistance(await pixelsOf(await withText(type, data)), await reference(scene))).toBeLessThanOrEqual(2);
  });

  test.each([
    ['cut', 'zTXt', packed.subarray(0, packed.length - 8)],
    ['no digits', 'tEXt', Buffer.from(`${keyword}\nexif\n       4\nnone\n`, 'latin1')],
    [
      'too much',
      'zTXt',
      Buffer.concat([Buffer.from(`${keyword}\0`, 'latin1'), deflateSync(Buffer.alloc(1 << 20, '0'))]),
    ],
  ])('is left alone when it is %s', async (_, type, data) => {
    const stored = await storedPicture(scene, 6);
    expect(meanDistance(await pixelsOf(await withText(type, data)), await reference(stored))).toBeLessThanOrEqual(2);
  });
});

test.each(['alpha.png', 'alpha.webp'])('%s is laid on white', async (name) => {
  const half = Buffer.from(scene.data.map((value) => Math.round((value + 255) / 2)));
  const pixels = await pixelsOf(odd[name] as Buffer);
  expect(meanDistance(pixels, await reference({ ...scene, data: half }))).toBeLessThanOrEqual(2.5);
});

test('the numbers of a Display P3 photo stay as they are', async () => {
  const file = odd['p3.jpg'] as Buffer;
  expect(meanDistance(await pixelsOf(file), await reference(await decodeInFull(file)))).toBeLessThanOrEqual(2);
});

test('of an animation the first frame counts', async () => {
  const gif = await animatedGif([scene, paintPicture(400, 300, 6)]);
  const first = await decodeInFull(gif);
  expect(meanDistance(await pixelsOf(gif), await reference(first))).toBeLessThanOrEqual(2);
});

test.each(['bicubic', 'bilinear', 'lanczos'] as const)(
  'the %s filter and both ways to resize give the right size',
  async (resampleFilter) => {
    const file = await picture(scene, 'jpeg');
    for (const resizeMode of ['stretch', 'shortest-side-center-crop'] as const) {
      const pixels = { resizeMode, resampleFilter, resizeSize: 160, inputSize: SIDE };
      const prepared = await host.prepareBytes(file, { pixels, acceptedMediaTypes: [] });
      expect(prepared).toMatchObject({ kind: 'pixels', width: SIDE, height: SIDE });
    }
  },
);

test('a strip a hundred times as long as high gives its middle', async () => {
  const strip = await fromPixels(paintPicture(4000, 20)).png().toBuffer();
  expect((await pixelsOf(strip)).length).toBe(SIDE * SIDE * 3);
});

const plainJpeg = await picture(scene, 'jpeg');
const plainAvif = await picture(scene, 'avif');
const ISPE = '69737065';
/** One pixel of one sample of 32 bits. */
const WIDE_SAMPLES = { 256: [1], 257: [1], 258: [32], 259: [1], 262: [1], 273: [8], 277: [1], 278: [1], 279: [4] };

/** Inks and two more, with half as many pixels in the same bytes. */
const SIX_SAMPLES = { 257: [150], 258: Array<number>(6).fill(8), 262: [5], 277: [6], 278: [150], 338: [0, 0] };

/** @param at the first changed byte, counted from a marker */
function patched(file: Buffer, marker: string, at: number, ...bytes: readonly number[]): Buffer {
  const copy = Buffer.from(file);
  copy.set(bytes, copy.indexOf(marker, 'hex') + at);
  return copy;
}

test.each([
  ['a PNG of 2^31 pixels a side', pngHeader(2 ** 31 - 1, 2 ** 31 - 1), 'too_many_pixels'],
  ['an interlaced PNG of 100 MP', pngHeader(10_000, 10_000, { interlaced: true }), 'too_many_pixels'],
  ['a PNG without its pixels', pngHeader(100, 100), 'corrupt'],
  ['a JPEG of 12 bits', patched(plainJpeg, 'ffc0', 4, 12), 'unsupported_media'],
  ['a JPEG that tells its height behind its pixels', patched(plainJpeg, 'ffc0', 5, 0, 0), 'unsupported_media'],
  ['a lossless JPEG', patched(plainJpeg, 'ffc0', 1, 0xc3), 'unsupported_media'],
  ['a TIFF compressed as no one knows', tiffFile([{ picture: scene, tags: { 259: [99] } }]), 'unsupported_media'],
  ['a TIFF of YCbCr without JPEG', tiffFile([{ picture: scene, tags: { 262: [6] } }]), 'unsupported_media'],
  ['a TIFF of 12 bits', tiffFile([{ picture: scene, tags: { 258: [12, 12, 12] } }]), 'unsupported_media'],
  ['a TIFF of six samples a pixel', tiffFile([{ picture: scene, tags: SIX_SAMPLES }]), 'unsupported_media'],
  ['a TIFF of 32-bit numbers', tiffFile([{ tags: WIDE_SAMPLES }]), 'unsupported_media'],
  ['an AVIF larger than its header says', patched(plainAvif, ISPE, 8, 0, 0, 0, 64, 0, 0, 0, 64), 'corrupt'],
  ['an AVIF of 60000x60000', patched(plainAvif, ISPE, 8, 0, 0, 234, 96, 0, 0, 234, 96), 'too_many_pixels'],
  ['a TIFF that is cut', tiffFile([{ picture: scene }]).subarray(0, 100_000), 'truncated'],
  ['nothing', Buffer.alloc(0), 'empty_file'],
  ['text', Buffer.from('hello'), 'not_an_image'],
  ['HTML', Buffer.from('<!doctype html><html></html>'), 'not_an_image'],
  ['a PDF', Buffer.from('%PDF-1.7'), 'not_an_image'],
  ['a ZIP', Buffer.from('PK\x03\x04', 'latin1'), 'not_an_image'],
  [
    'an SVG',
    Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    'unsupported_media',
  ],
  ['an MP4', Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1'), 'unsupported_media'],
])('%s has its reason', async (_, bytes, reason) => {
  expect(await reasonOf(bytes)).toBe(reason);
});

test('each of many damaged pictures at a time has its own reason and message', { timeout: 120_000 }, async () => {
  const png = await picture(scene, 'png');
  const files: readonly (readonly [bytes: Buffer, reason: string, message: string])[] = [
    [plainJpeg.subarray(0, plainJpeg.length >> 1), 'truncated', 'The end of the jpeg file is missing.'],
    [patched(plainJpeg, 'ffc0', 4, 12), 'unsupported_media', 'There is no decoder for this kind of jpeg.'],
    [patched(png, '49444154', 400, 1, 2, 3, 4), 'corrupt', 'The png data is damaged.'],
  ];
  const wrong = await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      const [bytes, reason, message] = files[index % files.length] as (typeof files)[number]; // within the list
      const found = await host.prepareBytes(bytes, TARGET);
      const isRight = found.kind === 'failed' && found.reason === reason && found.message === message;
      return isRight ? [] : [`${JSON.stringify(found)} instead of ${reason}: ${message}`];
    }),
  );
  expect(wrong.flat()).toEqual([]);
});
