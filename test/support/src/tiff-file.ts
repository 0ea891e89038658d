/** TIFF files to order: pages, pictures below them, and whatever tags a test wants to be there. */
import type { RgbPicture } from './pictures.js';

export interface TiffPage {
  /** Stored as plain RGB; without one the page is tags only. */
  readonly picture?: RgbPicture;
  /** By tag: text, or numbers, stored as 32 bits. They go before those of the picture. */
  readonly tags?: Readonly<Record<number, string | readonly number[]>>;
  readonly subPages?: readonly TiffPage[];
}

const TEXT = 2;
const LONG = 4;
const SUB_IFDS = 0x014a;

/** Little-endian; the pixels stand before the directory that names them. */
export function tiffFile(pages: readonly TiffPage[]): Buffer {
  const parts: Buffer[] = [Buffer.from('49492a0000000000', 'hex')];
  let length = 8;
  const put = (bytes: Buffer): number => {
    const at = length;
    parts.push(bytes);
    length += bytes.length;
    return at;
  };
  const putPage = (page: TiffPage, next: number): number => {
    const subs = (page.subPages ?? []).map((sub) => putPage(sub, 0));
    const tags = { ...pictureTags(page.picture, put), ...(subs.length > 0 ? { [SUB_IFDS]: subs } : {}), ...page.tags };
    const entries = Object.entries(tags).map(([tag, value]) => entry(Number(tag), value, put));
    const directory = Buffer.alloc(6 + 12 * entries.length);
    directory.writeUInt16LE(entries.length, 0);
    entries.forEach((bytes, index) => {
      bytes.copy(directory, 2 + 12 * index);
    });
    directory.writeUInt32LE(next, directory.length - 4);
    return put(directory);
  };
  const first = pages.reduceRight((next, page) => putPage(page, next), 0);
  parts[0]?.writeUInt32LE(first, 4);
  return Buffer.concat(parts);
}

function pictureTags(picture: RgbPicture | undefined, put: (bytes: Buffer) => number): Record<number, number[]> {
  if (picture === undefined) return {};
  const { width, height, data } = picture;
  return {
    256: [width],
    257: [height],
    258: [8, 8, 8],
    259: [1],
    262: [2],
    273: [put(data)],
    277: [3],
    278: [height],
    279: [data.length],
  };
}

function entry(tag: number, value: string | readonly number[], put: (bytes: Buffer) => number): Buffer {
  const data = typeof value === 'string' ? Buffer.from(`${value}\0`, 'latin1') : longs(value);
  const bytes = Buffer.alloc(12);
  bytes.writeUInt16LE(tag, 0);
  bytes.writeUInt16LE(typeof value === 'string' ? TEXT : LONG, 2);
  bytes.writeUInt32LE(typeof value === 'string' ? data.length : value.length, 4);
  if (data.length <= 4) data.copy(bytes, 8);
  else bytes.writeUInt32LE(put(data), 8);
  return bytes;
}

function longs(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => {
    bytes.writeUInt32LE(value, 4 * index);
  });
  return bytes;
}
