import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const FILES_PER_FOLDER = 100;

/** Folder `n` of `writeTinyPhotos`. */
export const folderName = (index: number): string => `folder-${String(index).padStart(4, '0')}`;

/**
 * Many small pictures, a hundred a folder, all of different bytes: a number stands behind each picture's end.
 * @returns their paths, relative to the root
 */
export async function writeTinyPhotos(root: string, count: number, prefix = 'photo'): Promise<readonly string[]> {
  const create = { width: 16, height: 16, channels: 3, background: '#406080' } as const;
  const picture = await sharp({ create }).png().toBuffer();
  const relPaths: string[] = [];
  for (let n = 0; n < count; n++) {
    const folder = folderName(Math.floor(n / FILES_PER_FOLDER));
    if (n % FILES_PER_FOLDER === 0) mkdirSync(join(root, folder), { recursive: true });
    const relPath = `${folder}/${prefix}-${n}.png`;
    writeFileSync(join(root, relPath), Buffer.concat([picture, Buffer.from(`${prefix} ${n}`)]));
    relPaths.push(relPath);
  }
  return relPaths;
}
