import {
  type GifFrame,
  gifFile,
  meanDistance,
  paintPicture,
  referencePixels,
  tiffFile,
  withPremultipliedAlpha,
} from '@clip-watch/test-support';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { openDecodeHost } from './host/decode-host.js';

const SIDE = 64;
const TARGET = {
  pixels: { resizeMode: 'stretch', resampleFilter: 'bicubic', resizeSize: SIDE, inputSize: SIDE },
  acceptedMediaTypes: [],
} as const;
const host = await openDecodeHost({ threads: 1 });
afterAll(() => host.close());

async function pixelsOf(bytes: Uint8Array): Promise<Uint8Array> {
  const prepared = await host.prepareBytes(bytes, TARGET);
  if (prepared.kind !== 'pixels') throw new Error(JSON.stringify(prepared));
  return prepared.data;
}

describe('a GIF whose first picture leaves a part of its canvas free', () => {
  const TABLE = [
    [10, 200, 30],
    [200, 20, 20],
    [20, 20, 220],
    [250, 240, 10],
  ] as const;
  const GREY = [40, 90, 160, 220].map((light) => [light, light, light] as const);
  const FRAME: GifFrame = { left: 20, top: 10, width: 30, height: 40, index: 1 };

  /** The canvas has the model's size, so that pixels can be told by their place. */
  async function coloursOf(frames: readonly GifFrame[], table: typeof GREY): Promise<Record<string, number[]>> {
    const pixels = await pixelsOf(gifFile(SIDE, SIDE, table, frames));
    const at = (x: number, y: number): number[] => [...pixels.subarray((y * SIDE + x) * 3, (y * SIDE + x) * 3 + 3)];
    expect([at(19, 30), at(50, 30), at(30, 9), at(30, 50), at(63, 63)]).toEqual(Array(5).fill(at(0, 0)));
    expect([at(20, 10), at(49, 49)]).toEqual(Array(2).fill(at(30, 30)));
    return { around: at(0, 0), inside: at(30, 30) };
  }

  test.each([
    ['its first colour', [FRAME], TABLE, TABLE[0]],
    ["its own table's first colour", [{ ...FRAME, table: GREY }], TABLE, GREY[0]],
    ['its first grey', [FRAME], GREY, GREY[0]],
    ['white, when it has a transparent colour', [{ ...FRAME, transparentIndex: 3 }], TABLE, [255, 255, 255]],
    ['its first colour, whatever follows', [FRAME, { ...FRAME, transparentIndex: 1 }], TABLE, TABLE[0]],
  ])('has around it %s', async (_, frames, table, around) => {
    const inside = (frames[0]?.table ?? table)[1];
    expect(await coloursOf(frames, [...table])).toEqual({ around, inside });
  });

  test('may reach beyond the canvas', async () => {
    const pixels = await pixelsOf(gifFile(32, 32, TABLE, [{ left: 32, top: 32, width: 32, height: 32, index: 2 }]));
    expect([...pixels.subarray(0, 3)]).toEqual(TABLE[0]);
    expect([...pixels.subarray(-3)]).toEqual(TABLE[2]);
  });

  test('that is cut has a reason', async () => {
    const cut = gifFile(SIDE, SIDE, TABLE, [FRAME]).subarray(0, 30);
    expect(await host.prepareBytes(cut, TARGET)).toMatchObject({ kind: 'failed', errorClass: 'photo' });
  });
});

test('an AVIF whose colours are multiplied by their transparency is laid on white as one where they are not', async () => {
  const scene = paintPicture(96, 96);
  const alpha = 100;
  const withAlpha = (factor: number): Promise<Buffer> => {
    const data = Buffer.from(scene.data.map((value) => Math.round(value * factor)));
    const opaque = sharp(data, { raw: { width: 96, height: 96, channels: 3 } });
    return opaque
      .ensureAlpha(alpha / 255)
      .avif({ quality: 90, chromaSubsampling: '4:4:4', effort: 2 })
      .toBuffer();
  };
  const onWhite = Buffer.from(scene.data.map((value) => Math.round((value * alpha) / 255 + 255 - alpha)));
  const expected = referencePixels({ ...scene, data: onWhite }, SIDE);
  const premultiplied = withPremultipliedAlpha(await withAlpha(alpha / 255));
  expect(meanDistance(await pixelsOf(await withAlpha(1)), expected)).toBeLessThanOrEqual(2);
  expect(meanDistance(await pixelsOf(premultiplied), expected)).toBeLessThanOrEqual(2);
});

test('transparency of a TIFF in floating point is laid on white', async () => {
  const green = Array.from({ length: 96 * 96 }, () => [0, 1, 0, 0.25]).flat();
  const tags = { 258: [32, 32, 32, 32], 277: [4], 338: [2], 339: [3, 3, 3, 3] };
  const data = Buffer.from(Float32Array.from(green).buffer);
  const pixels = await pixelsOf(tiffFile([{ picture: { width: 96, height: 96, data }, tags }]));
  const [red = 0, ...others] = pixels.subarray(0, 3);
  expect(Math.abs(red - 191)).toBeLessThanOrEqual(1);
  expect(others).toEqual([255, red]);
});

describe('a TIFF with more than its colours', () => {
  const scene = paintPicture(96, 96);
  const [BITS, PHOTOMETRIC, SAMPLES, EXTRA] = [258, 262, 277, 338] as const;
  const [RGB, CMYK] = [2, 5] as const;
  const MASK = 100;

  function tiffOf(
    pixels: readonly (readonly number[])[],
    photometric: number,
    extra: readonly number[],
    bits = 8,
  ): Buffer {
    const samples = pixels.flat();
    const data =
      bits === 8 ? Buffer.from(samples) : Buffer.from(Uint16Array.from(samples, (value) => value * 257).buffer);
    const count = pixels[0]?.length ?? 0;
    const tags = { [BITS]: Array<number>(count).fill(bits), [PHOTOMETRIC]: [photometric], [SAMPLES]: [count] };
    return tiffFile([{ picture: { ...scene, data }, tags: extra.length === 0 ? tags : { ...tags, [EXTRA]: extra } }]);
  }

  const colours = Array.from({ length: 96 * 96 }, (_, at) => [...scene.data.subarray(at * 3, at * 3 + 3)]);
  const inks = colours.map((rgb) => [...rgb.map((value) => 255 - value), 40]);
  const opaque = Buffer.from(colours.flat());
  const onWhite = Buffer.from(colours.flat().map((value) => Math.round((value * MASK + 255 * (255 - MASK)) / 255)));
  const printed = Buffer.from(colours.flat().map((value) => Math.round((value * (255 - 40)) / 255)));
  const and = (pixels: readonly number[][], ...more: readonly number[]): number[][] =>
    pixels.map((pixel) => [...pixel, ...more]);

  test.each([
    ['a mask beside RGB', tiffOf(and(colours, MASK), RGB, [0]), opaque],
    ['a mask beside RGB of 16 bits', tiffOf(and(colours, MASK), RGB, [0], 16), opaque],
    ['two masks beside RGB', tiffOf(and(colours, MASK, 0), RGB, [0, 0]), opaque],
    ['transparency and a mask beside RGB', tiffOf(and(colours, MASK, 0), RGB, [2, 0]), onWhite],
    ['transparency beside RGB', tiffOf(and(colours, MASK), RGB, [2]), onWhite],
    ['a mask beside four inks', tiffOf(and(inks, MASK), CMYK, [0]), printed],
    ['four inks of 16 bits', tiffOf(inks, CMYK, [], 16), printed],
    ['a mask beside four inks of 16 bits', tiffOf(and(inks, MASK), CMYK, [0], 16), printed],
  ])('%s', async (_, file, data) => {
    expect(meanDistance(await pixelsOf(file), referencePixels({ ...scene, data }, SIDE))).toBeLessThanOrEqual(1);
  });
});
