import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  fromPixels,
  meanDistance,
  orientedPicture,
  paintPicture,
  picture,
  rawContainer,
  sharedFolder,
  storedPicture,
  tempFolder,
  withHeifOrientation,
} from '@clip-watch/test-support';
import { afterAll, describe, expect, test } from 'vitest';
import { openDecodeHost } from './decode-host.js';

const SHARED = sharedFolder();
const TARGET = {
  pixels: { resizeMode: 'stretch', resampleFilter: 'bicubic', resizeSize: 128, inputSize: 128 },
  acceptedMediaTypes: [],
} as const;
const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8];
/** The orientation that undoes another; all others undo themselves. */
const BACK: Readonly<Record<number, number>> = { 6: 8, 8: 6 };
const scene = paintPicture(640, 480);

const folder = tempFolder();
const host = await openDecodeHost({ threads: 2 });
afterAll(async () => {
  await host.close();
  folder[Symbol.dispose]();
});

async function pixelsOf(rootPath: string, relPath: string): Promise<Uint8Array> {
  const contentHash = createHash('sha256')
    .update(readFileSync(join(rootPath, relPath)))
    .digest('hex');
  const prepared = await host.prepare({ rootPath, rootIdentity: null, relPath, contentHash }, TARGET);
  if (prepared.kind !== 'pixels') throw new Error(JSON.stringify(prepared));
  return prepared.data;
}

async function pixelsOfBytes(name: string, bytes: Buffer): Promise<Uint8Array> {
  mkdirSync(folder.path, { recursive: true });
  writeFileSync(join(folder.path, name), bytes);
  return pixelsOf(folder.path, name);
}

async function upright(): Promise<Uint8Array> {
  return pixelsOfBytes('upright.png', await fromPixels(scene).png().toBuffer());
}

describe.each(['jpeg', 'webp', 'tiff', 'png', 'avif'] as const)('%s', (format) => {
  test.each(ORIENTATIONS)('orientation %d is turned upright', async (orientation) => {
    const turned = await pixelsOfBytes(`o${orientation}.${format}`, await orientedPicture(scene, orientation, format));
    expect(meanDistance(turned, await upright())).toBeLessThanOrEqual(2);
  });
});

describe.skipIf(host.limitation !== null)('RAW', () => {
  test.each(ORIENTATIONS)('the preview takes orientation %d from its parent', async (orientation) => {
    const jpeg = await picture(await storedPicture(scene, orientation), 'jpeg');
    const turned = await pixelsOfBytes(`o${orientation}.nef`, rawContainer(jpeg, orientation));
    expect(meanDistance(turned, await upright())).toBeLessThanOrEqual(2);
  });

  test("a preview's own orientation goes before its parent's", async () => {
    const own = rawContainer(await orientedPicture(scene, 6, 'jpeg'), 8);
    expect(meanDistance(await pixelsOfBytes('own.nef', own), await upright())).toBeLessThanOrEqual(2);
  });
});

describe.skipIf(SHARED === undefined)('real files', () => {
  const photos = join(SHARED ?? '', 'photos');

  test.each([3, 6, 7])('HEIC turned as %d is turned back once, not twice', async (orientation) => {
    const first = await pixelsOf(photos, 'orientation/heic-o1.heic');
    const turned = await pixelsOf(photos, `orientation/heic-o${orientation}.heic`);
    expect(meanDistance(turned, first)).toBeLessThanOrEqual(2);
  });

  // HEVC cannot be written here: a real picture is shown in eight ways, each compared with its pixels turned afterwards.
  test.each(ORIENTATIONS)('HEIC turned by its container as orientation %d is shown so', async (orientation) => {
    const file = readFileSync(join(photos, 'orientation/heic-o1.heic'));
    const shown = await pixelsOfBytes(`o${orientation}.heic`, withHeifOrientation(file, orientation));
    const coded = { width: 128, height: 128, data: Buffer.from(await pixelsOf(photos, 'orientation/heic-o1.heic')) };
    const expected = await storedPicture(coded, BACK[orientation] ?? orientation);
    expect(meanDistance(shown, expected.data)).toBeLessThanOrEqual(2);
  });

  test.each(ORIENTATIONS.slice(1))('landscape-%d.jpg is upright', async (orientation) => {
    const first = await pixelsOf(photos, 'orientation/landscape-1.jpg');
    const turned = await pixelsOf(photos, `orientation/landscape-${orientation}.jpg`);
    expect(meanDistance(turned, first)).toBeLessThanOrEqual(2);
  });
});

test('an uploaded part is cut from the upright picture', async () => {
  const crop = { x: 0.5, y: 0.25, width: 0.5, height: 0.5 };
  const part = await fromPixels(scene).extract({ left: 320, top: 120, width: 320, height: 240 }).png().toBuffer();
  const whole = await host.prepareBytes(part, TARGET);
  const cropped = await host.prepareBytes(await orientedPicture(scene, 6, 'png'), TARGET, { crop });
  if (whole.kind !== 'pixels' || cropped.kind !== 'pixels') throw new Error(`${whole.kind} ${cropped.kind}`);
  expect(meanDistance(cropped.data, whole.data)).toBeLessThanOrEqual(2);
});
