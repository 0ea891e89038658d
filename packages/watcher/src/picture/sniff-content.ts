/** What the bytes are, by their first few; the extension has no say. */

/** How a kind is decoded: by sharp, by libheif, by way of ExifTool, or not at all. */
export type ContentWay = 'sharp' | 'tiff' | 'heif' | 'raw' | 'unsupported' | 'none';

export interface Content {
  readonly way: ContentWay;
  /** Short name for logs, for example `jpeg`. */
  readonly name: string;
  readonly mediaType: string | null;
}

type Signature = readonly [offset: number, text: string, content: Content];

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
  at(0, 'BM', 'unsupported', 'bmp', 'image/bmp'),
  at(0, '\xff\x0a', 'unsupported', 'jxl', 'image/jxl'),
  at(4, 'JXL ', 'unsupported', 'jxl', 'image/jxl'),
  at(4, 'jP  \r\n\x87\n', 'unsupported', 'jp2', 'image/jp2'),
  at(0, '\xff\x4f\xff\x51', 'unsupported', 'jp2', 'image/jp2'),
  at(0, '8BPS', 'unsupported', 'psd', 'image/vnd.adobe.photoshop'),
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
]);

/** @param bytes the whole file, or at least its first 4 KiB */
export function sniffContent(bytes: Uint8Array): Content {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 4096)).toString('latin1');
  if (head.slice(4, 8) === 'ftyp') return sniffIsoMedia(head);
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP')
    return { way: 'sharp', name: 'webp', mediaType: 'image/webp' };
  const match = SIGNATURES.find(([offset, text]) => head.startsWith(text, offset));
  if (match !== undefined) return match[2];
  return looksLikeSvg(head) ? { way: 'unsupported', name: 'svg', mediaType: 'image/svg+xml' } : NOTHING;
}

function sniffIsoMedia(head: string): Content {
  const boxSize = Buffer.from(head.slice(0, 4), 'latin1').readUInt32BE(0);
  const brands = new Set(head.slice(8, Math.max(16, Math.min(boxSize, 512))).match(/[\s\S]{4}/g) ?? []);
  if (brands.has('avif') || brands.has('avis')) return { way: 'sharp', name: 'avif', mediaType: 'image/avif' };
  if (brands.has('crx ')) return { way: 'raw', name: 'cr3', mediaType: 'image/x-canon-cr3' };
  if ([...brands].some((brand) => HEIF_BRANDS.has(brand)))
    return { way: 'heif', name: 'heic', mediaType: brands.has('heic') ? 'image/heic' : 'image/heif' };
  return { way: 'unsupported', name: 'video', mediaType: 'video/mp4' };
}

function looksLikeSvg(head: string): boolean {
  return /^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>|<!--[\s\S]*?-->|<!DOCTYPE[^>]*>|\s)*<svg[\s>]/i.test(head);
}
