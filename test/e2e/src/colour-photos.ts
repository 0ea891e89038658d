import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

export interface ColourPhoto {
  readonly relPath: string;
  readonly rgb: readonly [red: number, green: number, blue: number];
}

/** Plain colours with a little texture: whoever knows colours must tell them apart. */
export const COLOUR_PHOTOS: readonly ColourPhoto[] = [
  { relPath: 'red.jpg', rgb: [215, 20, 25] },
  { relPath: 'trees/green.png', rgb: [25, 150, 40] },
  { relPath: 'sea/blue.webp', rgb: [20, 45, 210] },
  { relPath: 'night/dark.jpg', rgb: [9, 9, 10] },
  { relPath: 'snow/bright.jpg', rgb: [246, 246, 244] },
  { relPath: 'sun/yellow.tif', rgb: [240, 215, 20] },
];

export async function writeColourPhotos(folder: string): Promise<void> {
  for (const { relPath, rgb } of COLOUR_PHOTOS) await writeColour(join(folder, relPath), rgb);
}

export async function writeColour(path: string, [r, g, b]: ColourPhoto['rgb'], side = 160): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const pixels = Buffer.alloc(side * side * 3);
  for (let index = 0; index < side * side; index++) {
    const shade = ((index * 7) % 9) - 4;
    for (const [channel, value] of [r, g, b].entries())
      pixels[index * 3 + channel] = Math.max(0, Math.min(255, value + shade));
  }
  const image = sharp(pixels, { raw: { width: side, height: side, channels: 3 } });
  const format =
    /\.(\w+)$/.exec(path)?.[1] === 'jpg'
      ? 'jpeg'
      : /\.(\w+)$/.exec(path)?.[1] === 'tif'
        ? 'tiff'
        : /\.(\w+)$/.exec(path)?.[1];
  writeFileSync(path, await image.toFormat(format as 'jpeg').toBuffer()); // The table above names formats of sharp only.
}
