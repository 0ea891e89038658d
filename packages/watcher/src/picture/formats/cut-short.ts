/** Whether the end of a file is missing, by its own structure: decoders often fill the rest with grey and say nothing. */
import { gifBlocks } from './gif-blocks.js';
import { topBoxes } from './iso-media.js';
import { jpegSegments, SOS } from './jpeg-segments.js';
import type { Content } from './sniff-content.js';
import { tiffEndsEarly } from './tiff-kind.js';

/** True only where the structure proves it: a part announces more bytes than the file has. */
export function isCutShort(bytes: Buffer, content: Content): boolean {
  if (content.way === 'tiff') return tiffEndsEarly(content.tiff);
  switch (content.name) {
    case 'jpeg':
      return jpegEndsEarly(bytes);
    case 'png':
      return pngEndsEarly(bytes);
    case 'gif':
      return gifEndsEarly(bytes);
    case 'webp':
      return bytes.length >= 12 && bytes.readUInt32LE(4) + 8 > bytes.length;
    case 'heic':
    case 'avif':
      return boxesEndEarly(bytes);
    default:
      return false;
  }
}

const JPEG_END = Buffer.from([0xff, 0xd9]);

/** No end mark behind the first scan's start: within a scan these two bytes mean nothing else. */
function jpegEndsEarly(bytes: Buffer): boolean {
  for (const { marker, end } of jpegSegments(bytes)) if (marker === SOS) return !bytes.includes(JPEG_END, end);
  return false; // without a scan there is no picture to be cut
}

/** Chunks follow one another: length, type, data, checksum. A whole PNG ends in IEND. */
function pngEndsEarly(bytes: Buffer): boolean {
  let offset = 8;
  while (offset + 8 <= bytes.length) {
    const type = bytes.toString('latin1', offset + 4, offset + 8);
    if (type === 'IEND' || !/^[A-Za-z]{4}$/.test(type)) return false; // nonsense is damage, not a missing end
    offset += 12 + bytes.readUInt32BE(offset);
  }
  return true;
}

/** A GIF that is cut within a picture, or behind one without an end mark. */
function gifEndsEarly(bytes: Buffer): boolean {
  let hasPixels = false;
  let end = 0;
  for (const block of gifBlocks(bytes)) {
    hasPixels ||= block.kind === 'picture' && (block.end ?? bytes.length) > block.data + 1;
    if (block.end === undefined) return hasPixels;
    end = block.end;
  }
  return hasPixels && end >= bytes.length;
}

function boxesEndEarly(bytes: Buffer): boolean {
  const last = topBoxes(bytes).at(-1);
  return last !== undefined && last.end > bytes.length;
}
