/** Size and memory of a picture, known from its header, before a decoder may touch the rest. */

import type { Metadata } from 'sharp';
import type { DecodeLimits } from '../host/host-protocol.js';
import { PictureProblem } from '../photo-reasons.js';
import { uprightSize } from '../pixel-geometry.js';
import { openSharp, type PictureInput, runSharp } from './decode-sharp.js';
import { type JpegHeader, readJpegHeader } from './jpeg-header.js';

export interface PictureMeasure {
  /** Upright. */
  readonly width: number;
  readonly height: number;
  /** The file's own EXIF orientation, undefined when it has none. */
  readonly orientation: number | undefined;
  /** Its numbers are four inks of 8 bits, and not RGB. */
  readonly isCmyk: boolean;
  /** Estimated peak of the decoder. */
  readonly bytes: number;
}

const BASE_BYTES = 16 << 20;
// Measured: a progressive JPEG peaks at 6 bytes a pixel, an interlaced PNG at 3.4; line by line decoders stay flat.
const WHOLE_BYTES_PER_PIXEL = 6;
const LINE_BYTES_PER_PIXEL = 0.5;
/**
 * Measured as well: an AVIF holds its planes, what they were predicted from, and RGB; a GIF all of its canvas; a WebP
 * without loss all of its pixels, and a small one what they are scaled from.
 */
const BYTES_PER_PIXEL: Readonly<Record<string, number>> = { avif: 19, gif: 5, webp: 5 };

/** @throws PictureProblem too_many_pixels, corrupt, truncated, unsupported_media */
export async function measurePicture(input: PictureInput, limits: DecodeLimits): Promise<PictureMeasure> {
  if (input.kind === 'raw') {
    const { width, height, channels } = input;
    return { width, height, orientation: undefined, isCmyk: false, bytes: width * height * channels };
  }
  assertPngSize(input.data, input.content.name, limits);
  const { width, height, orientation, whole, isCmyk } = await runSharp(input, () => readHeader(input));
  assertPixels(width, height, whole ? limits.maxWholePixels : limits.maxPixels);
  const perPixel = BYTES_PER_PIXEL[input.content.name] ?? (whole ? WHOLE_BYTES_PER_PIXEL : LINE_BYTES_PER_PIXEL);
  const bytes = BASE_BYTES + width * height * perPixel;
  return { ...uprightSize(width, height, orientation), orientation, isCmyk, bytes };
}

/** Of a JPEG, or of whatever sharp makes of the file. @throws what sharp throws, PictureProblem unsupported_media */
export async function readHeader(input: Extract<PictureInput, { kind: 'file' }>): Promise<JpegHeader> {
  const plain = input.content.name === 'jpeg' ? readJpegHeader(input.data) : undefined;
  if (plain !== undefined) return plain;
  const header = await openSharp(input, { ignoreIcc: true }).metadata();
  assertSamples(header);
  const { width, height, isProgressive } = header;
  const whole = isProgressive === true || input.content.name === 'avif';
  const orientation = input.oriented ? undefined : header.orientation;
  const isCmyk = header.space === 'cmyk' && header.channels === 4 && header.depth === 'uchar';
  return { width, height, orientation, whole, isCmyk };
}

/** Whole numbers of 32 bits, and grey in floating point, have no agreed white: they would come out black or white. */
function assertSamples({ depth, space }: Metadata): void {
  const known = depth === 'uchar' || depth === 'ushort' || space === 'scrgb' || space === 'lab' || space === 'labs';
  if (!known) throw new PictureProblem('unsupported_media', `Its samples are of the kind ${depth}.`);
}

/** @throws PictureProblem too_many_pixels */
export function assertPixels(width: number, height: number, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  const megapixels = Math.round((width * height) / 1e6);
  throw new PictureProblem('too_many_pixels', `The picture has ${width}x${height} pixels (${megapixels} MP).`);
}

/** libpng calls a huge size a corrupt header; the size itself says more. */
function assertPngSize(bytes: Buffer, name: string, limits: DecodeLimits): void {
  if (name === 'png' && bytes.length >= 24)
    assertPixels(bytes.readUInt32BE(16), bytes.readUInt32BE(20), limits.maxPixels);
}
