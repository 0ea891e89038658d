/** Hands an orientation to a JPEG that carries none: 36 bytes behind its start, no second compression. */
import { isExif, jpegSegments, SOI, SOS } from './jpeg-segments.js';

/** @param orientation 1 to 8. Any EXIF block in the JPEG is dropped: two of them contradict each other. */
export function withOrientation(jpeg: Buffer, orientation: number): Buffer {
  if (jpeg.length < 4 || jpeg.readUInt16BE(0) !== SOI) return jpeg;
  return Buffer.concat([jpeg.subarray(0, 2), exifSegment(orientation), ...segmentsWithoutExif(jpeg)]);
}

function exifSegment(orientation: number): Buffer {
  // APP1, length 34; "Exif"; a big-endian TIFF with one entry: tag 0x0112, type SHORT, one value; no next IFD.
  const segment = Buffer.from('ffe100224578696600004d4d002a00000008000101120003000000010000000000000000', 'hex');
  segment.writeUInt16BE(orientation, 28);
  return segment;
}

function segmentsWithoutExif(jpeg: Buffer): Buffer[] {
  const kept: Buffer[] = [];
  let rest = 2;
  for (const segment of jpegSegments(jpeg)) {
    if (segment.marker === SOS) break;
    if (!isExif(jpeg, segment)) kept.push(jpeg.subarray(segment.offset, segment.end));
    rest = segment.end;
  }
  return [...kept, jpeg.subarray(rest)];
}
