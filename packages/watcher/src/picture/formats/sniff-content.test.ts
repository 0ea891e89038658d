import { expect, test } from 'vitest';
import { sniffContent } from './sniff-content.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const box = (brand: string, ...compatible: string[]): Buffer =>
  bytes(`\0\0\0${String.fromCharCode(16 + 4 * compatible.length)}ftyp${brand}\0\0\0\0${compatible.join('')}`);

function withBox(file: Buffer, type: string, content = ''): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([file, head, bytes(content)]);
}
/** A list of items with one entry: its version and flags, its id, its protection, its type. */
const withItem = (file: Buffer, type: string): Buffer =>
  withBox(file, 'meta', `\0\0\0\0\0\0\0\x15infe\x02\0\0\0\0\x01\0\0${type}\0`);

test.each([
  ['JPEG', bytes('\xff\xd8\xff\xe0'), 'sharp', 'image/jpeg'],
  ['PNG', bytes('\x89PNG\r\n\x1a\n'), 'sharp', 'image/png'],
  ['WebP', bytes('RIFF\0\0\0\0WEBPVP8 '), 'sharp', 'image/webp'],
  ['GIF', bytes('GIF89a'), 'sharp', 'image/gif'],
  ['AVIF', box('avif', 'mif1'), 'sharp', 'image/avif'],
  ['AVIF behind a general brand', box('mif1', 'avif'), 'sharp', 'image/avif'],
  ['HEIC', box('heic', 'mif1'), 'heif', 'image/heic'],
  ['HEIF', box('mif1', 'miaf'), 'heif', 'image/heif'],
  ['CR3', box('crx ', 'isom'), 'raw', 'image/x-canon-cr3'],
  ['AVIF known by its items alone', withItem(box('mif1', 'miaf'), 'av01'), 'sharp', 'image/avif'],
  ['HEIC under the brand of AVIF', withItem(box('heic', 'avif'), 'hvc1'), 'heif', 'image/heic'],
  ['an image sequence without a picture', withBox(box('hevc', 'msf1'), 'moov'), 'unsupported', 'video/mp4'],
  ['an image sequence with a picture', withBox(withItem(box('avis'), 'av01'), 'moov'), 'sharp', 'image/avif'],
  ['MP4', box('isom', 'mp42'), 'unsupported', 'video/mp4'],
  ['TIFF', bytes('II*\0'), 'tiff', 'image/tiff'],
  ['big-endian TIFF', bytes('MM\0*'), 'tiff', 'image/tiff'],
  ['BigTIFF', bytes('II+\0'), 'tiff', 'image/tiff'],
  ['RAF', bytes('FUJIFILMCCD-RAW 0201'), 'raw', 'image/x-fuji-raf'],
  ['RW2', bytes('IIU\0'), 'raw', 'image/x-panasonic-rw2'],
  ['ORF', bytes('IIRO'), 'raw', 'image/x-olympus-orf'],
  ['CRW', bytes('II\x1a\0\0\0HEAPCCDR'), 'raw', 'image/x-canon-crw'],
  ['JPEG XR', bytes('II\xbc\x01'), 'unsupported', 'image/jxr'],
  ['OpenEXR', bytes('\x76\x2f\x31\x01'), 'unsupported', 'image/x-exr'],
  ['MRW', bytes('\0MRM'), 'raw', 'image/x-minolta-mrw'],
  ['X3F', bytes('FOVb'), 'raw', 'image/x-sigma-x3f'],
  ['BMP', bytes('BM'), 'unsupported', 'image/bmp'],
  ['JPEG XL', bytes('\xff\x0a'), 'unsupported', 'image/jxl'],
  ['JPEG XL in boxes', bytes('\0\0\0\x0cJXL \r\n\x87\n'), 'unsupported', 'image/jxl'],
  ['JPEG 2000', bytes('\0\0\0\x0cjP  \r\n\x87\n'), 'unsupported', 'image/jp2'],
  ['SVG', bytes('<svg xmlns="x">'), 'unsupported', 'image/svg+xml'],
  ['SVG behind a comment', bytes('<?xml version="1.0"?>\n<!-- <html> -->\n<svg>'), 'unsupported', 'image/svg+xml'],
  ['HTML that holds an SVG', bytes('<html><svg>'), 'none', null],
  ['text', bytes('version https://git-lfs.github.com/spec/v1'), 'none', null],
  ['two bytes', bytes('\xff\xd8'), 'none', null],
  ['nothing', Buffer.alloc(0), 'none', null],
])('%s', (_, content, way, mediaType) => {
  expect(sniffContent(content)).toMatchObject({ way, mediaType });
});
