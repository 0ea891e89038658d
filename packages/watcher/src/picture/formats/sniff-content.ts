/** What the bytes are, by their first few; the extension has no say. */
import { itemCodec, topBoxes } from './iso-media.js';
import { readTiff, type TiffFile } from './tiff-directory.js';

/** How a kind is decoded: by sharp, by libheif, by way of ExifTool, or not at all. */
export type ContentWay = 'sharp' | 'tiff' | 'heif' | 'raw' | 'unsupported' | 'none';

interface Kind {
  /** Short name for logs, for example `jpeg`. */
  readonly name: string;
  readonly mediaType: string | null;
}

export interface TiffContent extends Kind {
  readonly way: 'tiff';
  readonly tiff: TiffFile;
}

/** What a file holds. Looked at once a photo, and handed on. */
export type Content = TiffContent | (Kind & { readonly way: Exclude<ContentWay, 'tiff'> });

type Signature = readonly [offset: number, text: string, content: Kind & { readonly way: ContentWay }];

const at = (offset: number, text: string, way: ContentWay, name: string, mediaType: string): Signature => [
  offset,
  text,
  { way, name, mediaType },
];

// Latin-1 text stands for bytes. The longer signatures of the TIFF family come before plain TIFF.
const SIGNATURES: readonly Signature[] = [
  at(0, '\xff\xd8\xff', 'sharp', 'jpeg', 'image/jpeg'),
  at(0, '\x89PNG\r\n\x1a\n', 'sharp', 'png', 'image/png'),
  at(0, 'GIF87a', 'sharp', 'gif', 'image/gif'),
  at(0, 'GIF89a', 'sharp', 'gif', 'image/gif'),
  at(0, 'FUJIFILMCCD-RAW', 'raw', 'raf', 'image/x-fuji-raf'),
  at(6, 'HEAPCCDR', 'raw', 'crw', 'image/x-canon-crw'),
  at(0, '\0MRM', 'raw', 'mrw', 'image/x-minolta-mrw'),
  at(0, '\0MRI', 'raw', 'mrw', 'image/x-minolta-mrw'),
  at(0, 'FOVb', 'raw', 'x3f', 'image/x-sigma-x3f'),
  at(0, 'IIRO', 'raw', 'orf', 'image/x-olympus-orf'),
  at(0, 'IIRS', 'raw', 'orf', 'image/x-olympus-orf'),
  at(0, 'MMOR', 'raw', 'orf', 'image/x-olympus-orf'),
  at(0, 'IIU\0', 'raw', 'rw2', 'image/x-panasonic-rw2'),
  at(0, 'ARRI', 'raw', 'ari', 'image/x-arriflex-ari'),
  at(0, 'II*\0', 'tiff', 'tiff', 'image/tiff'),
  at(0, 'MM\0*', 'tiff', 'tiff', 'image/tiff'),
  at(0, 'II+\0', 'tiff', 'tiff', 'image/tiff'),
  at(0, 'MM\0+', 'tiff', 'tiff', 'image/tiff'),
  at(0, 'II\xbc\x01', 'unsupported', 'jxr', 'image/jxr'),
  at(0, 'BM', 'unsupported', 'bmp', 'image/bmp'),
  at(0, '\xff\x0a', 'unsupported', 'jxl', 'image/jxl'),
  at(4, 'JXL ', 'unsupported', 'jxl', 'image/jxl'),
  at(4, 'jP  \r\n\x87\n', 'unsupported', 'jp2', 'image/jp2'),
  at(0, '\xff\x4f\xff\x51', 'unsupported', 'jp2', 'image/jp2'),
  at(0, '8BPS', 'unsupported', 'psd', 'image/vnd.adobe.photoshop'),
  at(0, '\x76\x2f\x31\x01', 'unsupported', 'exr', 'image/x-exr'),
  at(0, '#?RADIANCE', 'unsupported', 'hdr', 'image/vnd.radiance'),
  at(0, 'gimp xcf ', 'unsupported', 'xcf', 'image/x-xcf'),
  at(0, '\0\0\x01\0', 'unsupported', 'ico', 'image/x-icon'),
  at(0, '\x1aE\xdf\xa3', 'unsupported', 'matroska', 'video/x-matroska'),
  at(0, 'RIFF', 'unsupported', 'riff', 'video/x-msvideo'),
];

const NOTHING: Content = { way: 'none', name: 'no picture', mediaType: null };
const HEIF_BRANDS: ReadonlySet<string> = new Set([
  'heic',
  'heix',
  'heim',
  'heis',
  'hevc',
  'hevx',
  'mif1',
  'msf1',
  'miaf',
  'avif',
  'avis',
  'MiHB',
  'MiHE',
]);

/** @param bytes the whole file, or at least its first 4 KiB */
export function sniffContent(bytes: Uint8Array): Content {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = file.toString('latin1', 0, Math.min(file.length, 4096));
  if (head.slice(4, 8) === 'ftyp') return sniffIsoMedia(file, head);
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP')
    return { way: 'sharp', name: 'webp', mediaType: 'image/webp' };
  const [, , match] = SIGNATURES.find(([offset, text]) => head.startsWith(text, offset)) ?? [];
  if (match !== undefined)
    return match.way === 'tiff' ? { ...match, way: 'tiff', tiff: readTiff(file) } : { ...match, way: match.way };
  return looksLikeSvg(head) ? { way: 'unsupported', name: 'svg', mediaType: 'image/svg+xml' } : NOTHING;
}

/** Brands say that it is a picture; which decoder it takes, the items inside say better. */
function sniffIsoMedia(file: Buffer, head: string): Content {
  const boxSize = file.length < 4 ? 0 : file.readUInt32BE(0);
  const brands = new Set(head.slice(8, Math.max(16, Math.min(boxSize, 512))).match(/[\s\S]{4}/g) ?? []);
  if (brands.has('crx ')) return { way: 'raw', name: 'cr3', mediaType: 'image/x-canon-cr3' };
  const boxes = topBoxes(file);
  const has = (type: string): boolean => boxes.some((box) => box.type === type);
  const isFilm = has('moov') && !has('meta'); // an image sequence without a still picture is one, too
  if (isFilm || ![...brands].some((brand) => HEIF_BRANDS.has(brand)))
    return { way: 'unsupported', name: 'video', mediaType: 'video/mp4' };
  const codec = itemCodec(file, boxes) ?? (brands.has('avif') || brands.has('avis') ? 'av1' : 'hevc');
  if (codec === 'av1') return { way: 'sharp', name: 'avif', mediaType: 'image/avif' };
  return { way: 'heif', name: 'heic', mediaType: brands.has('heic') ? 'image/heic' : 'image/heif' };
}

function looksLikeSvg(head: string): boolean {
  return /^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>|<!--[\s\S]*?-->|<!DOCTYPE[^>]*>|\s)*<svg[\s>]/i.test(head);
}
