/**
 * What is legal and beyond the decoders here. Asked of a picture that failed, and answered from its bytes: libvips keeps
 * one error text for all threads, which another picture may have added to or cleared.
 */
import { jpegSegments } from './jpeg-segments.js';
import type { Content } from './sniff-content.js';
import { hasUnknownCoding } from './tiff-samples.js';

export function isBeyondDecoders(bytes: Buffer, content: Content): boolean {
  if (content.name === 'jpeg') return isOddJpeg(bytes);
  return content.way === 'tiff' && hasUnknownCoding(content.tiff);
}

/** Baseline, extended, progressive, and the last two with arithmetic coding. */
const KNOWN_FRAMES: ReadonlySet<number> = new Set([0xffc0, 0xffc1, 0xffc2, 0xffc9, 0xffca]);
const HUFFMAN_TABLES = 0xffc4;
const JPEG_EXTENSIONS = 0xffc8;
const ARITHMETIC_CONDITIONS = 0xffcc;
const JPEG_LS_FRAME = 0xfff7;

/** Lossless, hierarchical or JPEG-LS coding, 12 bits, or a height that is told only behind the pixels. */
function isOddJpeg(jpeg: Buffer): boolean {
  for (const { marker, offset, end } of jpegSegments(jpeg)) {
    if (!isFrame(marker) || end - offset < 10) continue;
    const [bits, height, width] = [jpeg[offset + 4], jpeg.readUInt16BE(offset + 5), jpeg.readUInt16BE(offset + 7)];
    return !KNOWN_FRAMES.has(marker) || bits !== 8 || (height === 0 && width > 0);
  }
  return false;
}

function isFrame(marker: number): boolean {
  if (marker === JPEG_LS_FRAME) return true;
  const isTable = marker === HUFFMAN_TABLES || marker === JPEG_EXTENSIONS || marker === ARITHMETIC_CONDITIONS;
  return marker >= 0xffc0 && marker <= 0xffcf && !isTable;
}
