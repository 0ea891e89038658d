/** The segments of a JPEG: what stands between its start and its first scan. */

export const SOI = 0xffd8;
export const SOS = 0xffda;
const APP1 = 0xffe1;
const FIRST_MARKER = 0xffc0;

export interface JpegSegment {
  readonly marker: number;
  /** Of its marker. */
  readonly offset: number;
  /** Of the byte behind it. */
  readonly end: number;
}

/** In order, up to and with the first scan's header. Ends early where the next one is not whole, or is no segment. */
export function* jpegSegments(jpeg: Buffer): Generator<JpegSegment> {
  if (jpeg.length < 4 || jpeg.readUInt16BE(0) !== SOI) return;
  for (let offset = 2; offset + 4 <= jpeg.length; ) {
    const marker = jpeg.readUInt16BE(offset);
    const length = jpeg.readUInt16BE(offset + 2);
    const end = offset + 2 + length;
    if (marker < FIRST_MARKER || length < 2 || end > jpeg.length) return;
    yield { marker, offset, end };
    if (marker === SOS) return;
    offset = end;
  }
}

/** Whether a segment is of the EXIF kind, by the four letters that decoders look for. */
export function isExif(jpeg: Buffer, { marker, offset }: JpegSegment): boolean {
  return marker === APP1 && jpeg.toString('latin1', offset + 4, offset + 8) === 'Exif';
}
