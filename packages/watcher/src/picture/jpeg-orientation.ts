/** Hands an orientation to a JPEG that carries none: 36 bytes behind its start, no second compression. */

const SOI = 0xffd8;
const APP1 = 0xffe1;
const SOS = 0xffda;
const EXIF_MARK = 'Exif\0\0';

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
  let offset = 2;
  while (offset + 4 <= jpeg.length) {
    const marker = jpeg.readUInt16BE(offset);
    const end = offset + 2 + jpeg.readUInt16BE(offset + 2);
    if (marker < 0xffc0 || marker === SOS || end > jpeg.length) break;
    const isExif = marker === APP1 && jpeg.toString('latin1', offset + 4, offset + 10) === EXIF_MARK;
    if (!isExif) kept.push(jpeg.subarray(offset, end));
    offset = end;
  }
  return [...kept, jpeg.subarray(offset)];
}
