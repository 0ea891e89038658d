/** Files that sharp opens but shows otherwise than they mean. They are rare, so their pixels are made in full and mended. */
import { unpremultiply } from './formats/alpha.js';
import { openSharp, type PictureInput, runSharp } from './formats/decode-sharp.js';
import { type GifBorder, gifBorder } from './formats/gif-border.js';
import { writeInks } from './formats/inks.js';
import { isPremultiplied } from './formats/iso-media.js';
import { type OddSamples, oddSamples } from './formats/tiff-samples.js';

interface StoredPixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  /** Bytes a pixel; of inks of 16 bits, twice as many. */
  readonly channels: number;
}

export interface Mend {
  /** The numbers are inks, and are to be left so. */
  readonly inks: boolean;
  readonly depth: 'uchar' | 'ushort';
  /** @returns four bytes a pixel; it may be the same memory */
  toRgba(stored: StoredPixels): Buffer;
}

/** Of the pixels as sharp gives them, and once more as RGBA. */
export const MENDED_BYTES_PER_PIXEL = 14;
const PLAIN = { inks: false, depth: 'uchar' } as const;

/** @returns undefined for nearly all files: sharp shows them as they are meant */
export function mendOf(input: PictureInput): Mend | undefined {
  if (input.kind !== 'file') return undefined;
  if (input.content.way === 'tiff') return mendSamples(oddSamples(input.content.tiff));
  switch (input.content.name) {
    case 'avif':
      return isPremultiplied(input.data) ? { ...PLAIN, toRgba: ({ data }) => unpremultiply(data) } : undefined;
    case 'gif':
      return mendBorder(gifBorder(input.data));
    default:
      return undefined;
  }
}

/** @throws PictureProblem */
export function mendPixels(input: PictureInput, mend: Mend): Promise<PictureInput> {
  return runSharp(input, async () => {
    const opened = openSharp(input, { ignoreIcc: true });
    const image = mend.inks ? opened.pipelineColourspace('cmyk').toColourspace('cmyk') : opened.toColourspace('srgb');
    const output = (mend.inks ? image : image.ensureAlpha()).raw({ depth: mend.depth });
    const { data, info } = await output.toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return { kind: 'raw', data: mend.toRgba({ data, width, height, channels }), width, height, channels: 4 };
  });
}

function mendBorder(border: GifBorder | undefined): Mend | undefined {
  return border && { ...PLAIN, toRgba: (stored) => withBorder(stored, border) };
}

function withBorder({ data, width }: StoredPixels, { left, top, right, bottom, colour }: GifBorder): Buffer {
  const row = 4 * width;
  const line = Buffer.alloc(row, Buffer.from([...colour, 255]));
  for (let start = 0, y = 0; start < data.length; start += row, y += 1) {
    const inside = y >= top && y < bottom;
    line.copy(data, start, 0, inside ? 4 * Math.min(left, width) : row);
    if (inside) line.copy(data, start + 4 * Math.min(right, width), 0, 4 * Math.max(0, width - right));
  }
  return data;
}

function mendSamples(odd: OddSamples | undefined): Mend | undefined {
  if (odd === undefined) return undefined;
  const { inks, bits, hasAlpha } = odd;
  if (!inks) return { ...PLAIN, toRgba: (stored) => onlyRgba(stored, hasAlpha) };
  return { inks, depth: bits === 16 ? 'ushort' : 'uchar', toRgba: (stored) => fromInks(stored, bits, hasAlpha) };
}

function onlyRgba({ data, width, height, channels }: StoredPixels, hasAlpha: boolean): Buffer {
  const rgba = Buffer.alloc(width * height * 4, 255);
  for (let from = 0, to = 0; to < rgba.length; from += channels, to += 4) {
    data.copy(rgba, to, from, from + (hasAlpha ? 4 : 3));
  }
  return rgba;
}

function fromInks({ data, width, height, channels }: StoredPixels, bits: number, hasAlpha: boolean): Buffer {
  const samples = bits === 16 ? highBytes(data) : data;
  const rgba = Buffer.alloc(width * height * 4, 255);
  for (let from = 0, to = 0; to < rgba.length; from += channels, to += 4) {
    writeInks(samples, from, rgba, to);
    if (hasAlpha) rgba[to + 3] = samples[from + 4] ?? 255;
  }
  return rgba;
}

/** Of samples of 16 bits, in this machine's order. */
function highBytes(data: Buffer): Uint8Array {
  const wide = new Uint16Array(data.buffer, data.byteOffset, data.length >> 1);
  return Uint8Array.from(wide, (value) => value >> 8);
}
