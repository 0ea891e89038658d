import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import type { Random } from '../random.js';

/** Makes small photos that all differ, in pixels and in bytes. */
export interface PhotoMaker {
  /** The next one's bytes. */
  next(): Buffer;
}

const SIDE = 48;
const SCENES = 24;

/** Some scenes are drawn once; every photo is one of them with a tail of its own, so that a thousand cost no time. */
export async function createPhotoMaker(random: Random): Promise<PhotoMaker> {
  const scenes = await Promise.all(Array.from({ length: SCENES }, () => drawScene(random)));
  let serial = 0;
  return {
    next() {
      serial += 1;
      // Behind the end of a JPEG nothing counts but the file's hash.
      return Buffer.concat([random.pick(scenes), Buffer.from(`photo ${serial} ${random.next()}`)]);
    },
  };
}

function drawScene(random: Random): Promise<Buffer> {
  const [red, green, blue, slope] = [random.below(256), random.below(256), random.below(256), 1 + random.below(4)];
  const pixels = Buffer.alloc(SIDE * SIDE * 3);
  for (let at = 0; at < SIDE * SIDE; at += 1) {
    const shade = Math.round(((at % SIDE) * slope - SIDE) / 2);
    for (const [channel, value] of [red, green, blue].entries())
      pixels[at * 3 + channel] = Math.max(0, Math.min(255, value + shade));
  }
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** Writes a photo as if it had lain there for a year. */
export function writePhoto(root: string, relPath: string, bytes: Buffer): void {
  const path = join(root, relPath);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  utimesSync(path, 1.7e9, 1.7e9);
}

/** @returns the paths, relative to the root */
export function writePhotos(root: string, maker: PhotoMaker, prefix: string, count: number): readonly string[] {
  const names = Array.from({ length: count }, (_, n) => `${prefix}/${n}.jpg`);
  for (const name of names) writePhoto(root, name, maker.next());
  return names;
}
