import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const FILES_PER_FOLDER = 100;

/** Folder `n` of `writeTinyPhotos`. */
export const folderName = (index: number): string => `folder-${String(index).padStart(4, '0')}`;

/** Encoded by the product. */
export const tinyPng = (): Promise<Buffer> =>
  sharp({ create: { width: 16, height: 16, channels: 3, background: '#406080' } })
    .png()
    .toBuffer();

/** Nothing but a name: a scan takes it in a tenth of the time of a picture, since there is no EXIF to look for. */
export const NO_PICTURE: Buffer = Buffer.alloc(0);

/**
 * Many small files, a hundred a folder, all of different bytes: the name stands behind the picture's end.
 * @returns their paths, relative to the root
 */
export function writeTinyPhotos(root: string, names: readonly string[], picture: Buffer): readonly string[] {
  return names.map((name, n) => {
    const folder = folderName(Math.floor(n / FILES_PER_FOLDER));
    if (n % FILES_PER_FOLDER === 0) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, name), Buffer.concat([picture, Buffer.from(name)]));
    return `${folder}/${name}`;
  });
}

export function numberedNames(count: number, prefix: string, extension: string): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}-${n}.${extension}`);
}
