import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeInFull,
  fromPixels,
  lacksShared,
  meanDistance,
  orientedPicture,
  paintPicture,
  picture,
  referencePixels,
  sharedPath,
} from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { measurePicture } from './formats/measure-picture.js';
import { sniffContent } from './formats/sniff-content.js';
import { makePixels } from './make-pixels.js';

const LIMITS = { maxFileBytes: 1e9, maxPixels: 210e6, maxWholePixels: 60e6, decodeBudgetBytes: 1e9 };
const RECIPE = {
  resizeMode: 'shortest-side-center-crop',
  resampleFilter: 'bicubic',
  resizeSize: 224,
  inputSize: 224,
} as const;

async function productPixels(data: Buffer, shrinkOnLoad: boolean): Promise<Uint8Array> {
  const input = { kind: 'file', data, content: sniffContent(data), oriented: false } as const;
  const measure = await measurePicture(input, LIMITS);
  return makePixels({ input, ...measure }, RECIPE, { shrinkOnLoad });
}

/** Both ways of the product against the reference, in grey levels. */
async function distances(data: Buffer): Promise<{ readonly shrunk: number; readonly plain: number }> {
  const reference = referencePixels(await decodeInFull(data), 224);
  return {
    shrunk: meanDistance(await productPixels(data, true), reference),
    plain: meanDistance(await productPixels(data, false), reference),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

describe('pictures made here', () => {
  test.each([
    [1600, 1000],
    [1000, 1600],
    [448, 224],
    [224, 224],
    [225, 3000],
    [150, 103],
    [7, 5],
    [1, 1],
  ])('%d x %d is close to the reference', async (width, height) => {
    const { shrunk, plain } = await distances(await picture(paintPicture(width, height), 'jpeg'));
    expect(plain).toBeLessThanOrEqual(1);
    expect(shrunk).toBeLessThanOrEqual(2);
  });
});

test.each([
  [600, 400],
  [300, 1000],
])('a WebP of %d x %d is as close as a PNG', async (width, height) => {
  const scene = fromPixels(paintPicture(width, height));
  const { shrunk } = await distances(await scene.webp({ lossless: true }).toBuffer());
  expect(shrunk).toBeLessThanOrEqual(0.12);
});

/** Detail of single pixels, which the decoder's own halving loses in another way than scaling does. */
function noisyJpeg(orientation: number): Promise<Buffer> {
  const noise = Buffer.from(
    Array.from({ length: 2400 * 1500 * 3 }, (_, at) => (Math.imul(at, 2654435761) >>> 24) & 0xff),
  );
  return orientedPicture({ width: 2400, height: 1500, data: noise }, orientation, 'jpeg');
}

test.each([1, 3, 6])('a JPEG of orientation %d is made smaller while it is decoded', async (orientation) => {
  const file = await noisyJpeg(orientation);
  const [shrunk, plain] = [await productPixels(file, true), await productPixels(file, false)];
  // Equal pixels would mean that all of the picture was decoded.
  expect(meanDistance(shrunk, plain)).toBeGreaterThan(0);
});

describe.skipIf(lacksShared('distances of real photos from a Python pipeline'))('real photos', () => {
  const golden = sharedPath('golden/preprocess');

  /** The tensor of the Python pipeline, its normalising undone. */
  function goldenPixels(): Uint8Array {
    const file = readFileSync(join(golden, 'expected_preprocessed_image.npy'));
    const start = 10 + file.readUInt16LE(8);
    const [mean, std] = [
      [0.48145466, 0.4578275, 0.40821073],
      [0.26862954, 0.26130258, 0.27577711],
    ];
    return Uint8Array.from({ length: 224 * 224 * 3 }, (_, at) => {
      const [channel, place] = [at % 3, Math.floor(at / 3)];
      const value = file.readFloatLE(start + 4 * (channel * 224 * 224 + place));
      return Math.round((value * (std[channel] ?? 1) + (mean[channel] ?? 0)) * 255);
    });
  }

  test('the reference is the Python pipeline, to the last digit', async () => {
    const data = readFileSync(join(golden, 'franz-kafka.jpg'));
    expect(meanDistance(referencePixels(await decodeInFull(data), 224), goldenPixels())).toBe(0);
  });

  test('the product is within 0.3 grey levels of the Python pipeline', async () => {
    const data = readFileSync(join(golden, 'franz-kafka.jpg'));
    expect(meanDistance(await productPixels(data, true), goldenPixels())).toBeLessThanOrEqual(0.3);
  });

  test('the plain RGB JPEGs keep the bounds, with shrink-on-load and without', { timeout: 180_000 }, async () => {
    const folder = sharedPath('photos/jpeg');
    const plainRgb = readdirSync(folder).filter((name) => !/cmyk|gray/.test(name));
    const all = [];
    for (const name of plainRgb) all.push(await distances(readFileSync(join(folder, name))));
    const shrunk = all.map((one) => one.shrunk);
    const plain = all.map((one) => one.plain);
    expect(median(shrunk)).toBeLessThanOrEqual(1);
    expect(Math.max(...shrunk)).toBeLessThanOrEqual(2);
    expect(median(plain)).toBeLessThanOrEqual(0.5);
    expect(Math.max(...plain)).toBeLessThanOrEqual(1);
  });
});
