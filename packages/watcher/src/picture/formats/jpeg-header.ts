/**
 * Size and orientation of a JPEG, read from its segments: asking sharp opens the whole pipeline once more, for every
 * photo. Plain files only; whatever is odd is left to sharp, so that one judge says what a decoder makes of it.
 */
import { isExif, type JpegSegment, jpegSegments, SOS } from './jpeg-segments.js';

export interface JpegHeader {
  /** As stored. */
  readonly width: number;
  readonly height: number;
  /** 1 to 8; undefined when the file states none. */
  readonly orientation: number | undefined;
  /** It has several scans, progressive or one a colour, so its decoder holds all of it. */
  readonly whole: boolean;
  /** It has four inks. */
  readonly isCmyk: boolean;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly progressive: boolean;
}

const BASELINE = 0xffc0;
const PROGRESSIVE = 0xffc2;
/** Huffman and quantisation tables, restart interval, comment. */
const WITHOUT_NEWS: ReadonlySet<number> = new Set([0xffc4, 0xffdb, 0xffdd, 0xfffe]);
const APPLICATION = { first: 0xffe0, last: 0xffef } as const;

/** @returns undefined for all but plain files: damaged, arithmetic or lossless coding, EXIF twice or with a twist */
export function readJpegHeader(jpeg: Buffer): JpegHeader | undefined {
  let frame: Frame | undefined;
  let exif: JpegSegment | undefined;
  for (const segment of jpegSegments(jpeg)) {
    const { marker } = segment;
    if (marker === SOS) return frame && header(jpeg, frame, segment, exif);
    if (isExif(jpeg, segment)) {
      if (exif !== undefined) return undefined;
      exif = segment;
    } else if (marker >= BASELINE && marker <= PROGRESSIVE) {
      if (frame !== undefined) return undefined;
      frame = readFrame(jpeg, segment);
      if (frame === undefined) return undefined;
    } else if (!saysNothing(marker)) return undefined;
  }
  return undefined;
}

function saysNothing(marker: number): boolean {
  return WITHOUT_NEWS.has(marker) || (marker >= APPLICATION.first && marker <= APPLICATION.last);
}

function header(
  jpeg: Buffer,
  { width, height, components, progressive }: Frame,
  scan: JpegSegment,
  exif: JpegSegment | undefined,
): JpegHeader | undefined {
  const stated = exif === undefined ? 'none' : statedOrientation(jpeg, exif);
  if (stated === 'odd' || scan.end - scan.offset < 6) return undefined;
  const inFirstScan = jpeg[scan.offset + 4] ?? 0;
  const orientation = stated === 'none' ? undefined : stated;
  const whole = progressive || inFirstScan < components;
  return { width, height, orientation, whole, isCmyk: components === 4 };
}

/** Behind its marker and length: bits a sample, height, width, components of three bytes each. */
function readFrame(jpeg: Buffer, { marker, offset, end }: JpegSegment): Frame | undefined {
  if (end - offset < 10) return undefined;
  const components = jpeg[offset + 9] ?? 0;
  const [height, width] = [jpeg.readUInt16BE(offset + 5), jpeg.readUInt16BE(offset + 7)];
  const plain = jpeg[offset + 4] === 8 && (components === 1 || components === 3 || components === 4);
  if (!plain || end - offset !== 10 + 3 * components || width === 0 || height === 0) return undefined;
  return { width, height, components, progressive: marker === PROGRESSIVE };
}

const TIFF_START = 10; // marker, length, "Exif\0\0"
const ORIENTATION_TAG = 0x0112;
const SHORT = 3;

/** From the first directory of the EXIF block, as decoders do. */
function statedOrientation(jpeg: Buffer, { offset, end }: JpegSegment): number | 'none' | 'odd' {
  const tiff = jpeg.subarray(offset + TIFF_START, end);
  const order = jpeg.toString('latin1', offset + 8, offset + TIFF_START + 4);
  if (tiff.length < 8 || (order !== '\0\0II*\0' && order !== '\0\0MM\0*')) return 'odd';
  const little = tiff[0] === 0x49;
  const u16 = (at: number): number => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const u32 = (at: number): number => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const directory = u32(4);
  if (directory < 8 || directory + 2 > tiff.length) return 'odd';
  const entries = Array.from({ length: u16(directory) }, (_, n) => directory + 2 + 12 * n);
  if ((entries.at(-1) ?? 0) + 12 > tiff.length) return 'odd';
  const [stated, second] = entries.filter((at) => u16(at) === ORIENTATION_TAG);
  if (stated === undefined) return 'none';
  const value = u16(stated + 8);
  const plain = second === undefined && u16(stated + 2) === SHORT && u32(stated + 4) === 1;
  return plain && value >= 1 && value <= 8 ? value : 'odd';
}
