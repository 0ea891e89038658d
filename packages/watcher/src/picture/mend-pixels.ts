/** Files that sharp opens but shows otherwise than they mean. They are rare, so their pixels are made in full and mended. */
import { unpremultiply } from './alpha.js';
import { openSharp, type PictureInput, runSharp } from './decode-sharp.js';
import { type GifBorder, gifBorder } from './gif-border.js';
import { isPremultiplied } from './iso-media.js';

/** Works in place, on four bytes a pixel. */
type Mend = (rgba: Buffer, width: number) => void;

export const MENDED_BYTES_PER_PIXEL = 4;

/** @returns undefined for nearly all files: sharp shows them as they are meant */
export function mendOf(input: PictureInput): Mend | undefined {
  if (input.kind !== 'file') return undefined;
  if (input.content.name === 'avif') return isPremultiplied(input.data) ? unpremultiply : undefined;
  const border = input.content.name === 'gif' ? gifBorder(input.data) : undefined;
  return border && ((rgba, width) => paintBorder(rgba, width, border));
}

/** @throws PictureProblem */
export function mendPixels(input: PictureInput, mend: Mend): Promise<PictureInput> {
  return runSharp(input, async () => {
    const image = openSharp(input, { ignoreIcc: true }).toColourspace('srgb').ensureAlpha().raw({ depth: 'uchar' });
    const { data, info } = await image.toBuffer({ resolveWithObject: true });
    mend(data, info.width);
    return { kind: 'raw', data, width: info.width, height: info.height, channels: 4 };
  });
}

function paintBorder(rgba: Buffer, width: number, { left, top, right, bottom, colour }: GifBorder): void {
  const row = 4 * width;
  const line = Buffer.alloc(row, Buffer.from([...colour, 255]));
  for (let start = 0, y = 0; start < rgba.length; start += row, y += 1) {
    const inside = y >= top && y < bottom;
    line.copy(rgba, start, 0, inside ? 4 * Math.min(left, width) : row);
    if (inside) line.copy(rgba, start + 4 * Math.min(right, width), 0, 4 * Math.max(0, width - right));
  }
}
