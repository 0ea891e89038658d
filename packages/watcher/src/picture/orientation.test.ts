import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  fromPixels,
  heicFile,
  lacksShared,
  meanDistance,
  orientedPicture,
  paintPicture,
  picture,
  rawContainer,
  sharedPath,
  storedPicture,
  tempFolder,
  withHeifOrientation,
} from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDecodeHost } from './host/decode-host.js';

const TARGET = {
  pixels: { resizeMode: 'stretch', resampleFilter: 'bicubic', resizeSize: 128, inputSize: 128 },
  acceptedMediaTypes: [],
} as const;
const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8];
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

let upright: Uint8Array;
beforeAll(async () => {
  upright = await pixelsOfBytes('upright.png', await fromPixels(scene).png().toBuffer());
});

describe.each(['jpeg', 'webp', 'tiff', 'png', 'avif'] as const)('%s', (format) => {
  test.each(ORIENTATIONS)('orientation %d is turned upright', async (orientation) => {
    const turned = await pixelsOfBytes(`o${orientation}.${format}`, await orientedPicture(scene, orientation, format));
    expect(meanDistance(turned, upright)).toBeLessThanOrEqual(2);
  });
});

describe.skipIf(host.limitation !== null)('RAW', () => {
  test.each(ORIENTATIONS)('the preview takes orientation %d from its parent', async (orientation) => {
    const jpeg = await picture(await storedPicture(scene, orientation), 'jpeg');
    const turned = await pixelsOfBytes(`o${orientation}.nef`, rawContainer(jpeg, orientation));
    expect(meanDistance(turned, upright)).toBeLessThanOrEqual(2);
  });

  test("a preview's own orientation goes before its parent's", async () => {
    const own = rawContainer(await orientedPicture(scene, 6, 'jpeg'), 8);
    expect(meanDistance(await pixelsOfBytes('own.nef', own), upright)).toBeLessThanOrEqual(2);
  });
});

describe('heic', () => {
  const small = paintPicture(320, 240);
  let upright: Uint8Array;
  beforeAll(async () => {
    upright = await pixelsOfBytes('upright.heic', heicFile(small));
  });

  test.each(ORIENTATIONS)('orientation %d of the container is turned upright', async (orientation) => {
    const file = withHeifOrientation(heicFile(await storedPicture(small, orientation)), orientation);
    expect(meanDistance(await pixelsOfBytes(`o${orientation}.heic`, file), upright)).toBeLessThanOrEqual(2);
  });

  test.each(ORIENTATIONS)('EXIF with the same orientation %d does not turn it again', async (orientation) => {
    const stored = heicFile(await storedPicture(small, orientation), { exifOrientation: orientation });
    const turned = await pixelsOfBytes(`e${orientation}.heic`, withHeifOrientation(stored, orientation));
    expect(meanDistance(turned, upright)).toBeLessThanOrEqual(2);
  });

  test('is the painted picture', async () => {
    const painted = await pixelsOfBytes('small.png', await fromPixels(small).png().toBuffer());
    expect(meanDistance(upright, painted)).toBeLessThanOrEqual(2);
  });
});

describe.skipIf(lacksShared('turned files of other programs'))('real files', () => {
  const photos = sharedPath('photos');

  test('HEIC is turned back once, not twice', async () => {
    const first = await pixelsOf(photos, 'orientation/heic-o1.heic');
    for (const orientation of [3, 6, 7]) {
      const name = `orientation/heic-o${orientation}.heic`;
      expect.soft(meanDistance(await pixelsOf(photos, name), first), name).toBeLessThanOrEqual(2);
    }
  });

  test('JPEG is upright', async () => {
    const first = await pixelsOf(photos, 'orientation/landscape-1.jpg');
    for (const orientation of ORIENTATIONS.slice(1)) {
      const name = `orientation/landscape-${orientation}.jpg`;
      expect.soft(meanDistance(await pixelsOf(photos, name), first), name).toBeLessThanOrEqual(2);
    }
  });
});

test('a part is cut from the upright picture', async () => {
  const crop = { x: 0.5, y: 0.25, width: 0.5, height: 0.5 };
  const part = await fromPixels(scene).extract({ left: 320, top: 120, width: 320, height: 240 }).png().toBuffer();
  const whole = await host.prepareBytes(part, TARGET);
  writeFileSync(join(folder.path, 'a.png'), await orientedPicture(scene, 6, 'png'));
  const cropped = await host.prepareForSearch({ rootPath: folder.path, rootIdentity: null, relPath: 'a.png' }, TARGET, {
    crop,
  });
  if (whole.kind !== 'pixels' || cropped.kind !== 'pixels') throw new Error(`${whole.kind} ${cropped.kind}`);
  expect(meanDistance(cropped.data, whole.data)).toBeLessThanOrEqual(2);
});
