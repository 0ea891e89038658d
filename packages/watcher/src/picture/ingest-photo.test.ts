import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromPixels, paintPicture, tempFolder, tiffFile } from '@clip-watch/test-support';
import { afterAll, expect, test } from 'vitest';
import { openDecodeHost } from './host/decode-host.js';

const photos = tempFolder();
const host = await openDecodeHost({ threads: 1 });
afterAll(async () => {
  await host.close();
  photos[Symbol.dispose]();
});

const scene = paintPicture(120, 90);

async function factsOf(relPath: string, bytes: Buffer): Promise<object> {
  writeFileSync(join(photos.path, relPath), bytes);
  const ingested = await host.ingest({ rootPath: photos.path, rootIdentity: null, relPath });
  if (ingested.kind !== 'facts') throw new Error(JSON.stringify(ingested));
  return ingested.facts;
}

test('the pictures of a burst have times of their own', async () => {
  const shot = (fraction: string): Promise<Buffer> => {
    const IFD2 = { DateTimeOriginal: '2024:07:04 21:45:43', SubSecTimeOriginal: fraction };
    return fromPixels(scene).withExif({ IFD2 }).jpeg().toBuffer();
  };
  const second = Date.UTC(2024, 6, 4, 21, 45, 43);
  expect(await factsOf('a.jpg', await shot('04'))).toMatchObject({ takenAt: second + 40 });
  expect(await factsOf('b.jpg', await shot('37'))).toMatchObject({ takenAt: second + 370 });
});

test.each([
  [1, { width: 112, height: 82 }],
  [6, { width: 82, height: 112 }],
])('a DNG of orientation %d is as large as it is shown', async (orientation, sides) => {
  const [dngVersion, cropOrigin, cropSize] = [50706, 50719, 50720];
  const tags = { 274: [orientation], [dngVersion]: [1, 4, 0, 0], [cropOrigin]: [4, 4], [cropSize]: [112, 82] };
  expect(await factsOf(`${orientation}.dng`, tiffFile([{ picture: scene, tags }]))).toMatchObject(sides);
});
