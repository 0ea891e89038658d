/** How a TIFF stores its samples, where the decoder cannot read them, or reads something else than they mean. */
import type { TiffDirectory, TiffFile } from './tiff-directory.js';
import { mainDirectory } from './tiff-kind.js';

const BITS = 0x0102;
const COMPRESSION = 0x0103;
const PHOTOMETRIC = 0x0106;
const PLANAR = 0x011c;
const TILE_OFFSETS = 0x0144;
const EXTRA_SAMPLES = 0x0152;
const SAMPLE_FORMAT = 0x0153;
const FLOATING_POINT = 3;
const INKS = 5;
const YCC = 6;
const LAB = 8;

/** What the decoder's libtiff is built with: none, fax, LZW, JPEG, deflate, PackBits and the like, LogLuv, WebP. */
const KNOWN_COMPRESSIONS: ReadonlySet<number> = new Set([
  ...[1, 2, 3, 4, 5, 7, 8, 32766, 32771, 32773, 32809, 32946, 34676, 34677, 50001],
]);
const KNOWN_BITS: ReadonlySet<number> = new Set([8, 16, 32]);
/** A picture of one sample may pack several into a byte. */
const KNOWN_BITS_OF_ONE: ReadonlySet<number> = new Set([1, 2, 4, 8, 16, 32]);

/** sharp opens no more. Counted by what the file says of each: a number alone may be damage. */
const MAX_SAMPLES = 5;

/** Another compression or number of bits, too many samples, Lab of 8 bits, or tiles of one colour each: legal, and beyond the decoder. */
export function hasUnknownCoding(file: TiffFile): boolean {
  const main = mainDirectory(file);
  if (main === undefined) return false;
  const [compression = 1] = main.numbers(COMPRESSION);
  const isLab8 = photometricOf(main) === LAB && main.numbers(BITS)[0] === 8;
  const isPlanarTiled = main.numbers(PLANAR)[0] === 2 && main.numbers(TILE_OFFSETS).length > 0;
  return !KNOWN_COMPRESSIONS.has(compression) || isLab8 || isPlanarTiled || hasUnknownSamples(main);
}

function hasUnknownSamples(main: TiffDirectory): boolean {
  const bits = main.numbers(BITS);
  const known = bits.length === 1 ? KNOWN_BITS_OF_ONE : KNOWN_BITS;
  return bits.some((count) => !known.has(count)) || bits.length > MAX_SAMPLES;
}

/** YCbCr without JPEG: libvips takes its numbers for RGB. */
export function isPlainYcc(file: TiffFile): boolean {
  const main = mainDirectory(file);
  const compression = main?.numbers(COMPRESSION)[0] ?? 1;
  return main !== undefined && photometricOf(main) === YCC && compression !== 6 && compression !== 7;
}

export interface OddSamples {
  /** Four inks come first, and not grey or RGB. */
  readonly inks: boolean;
  /** Of a sample. */
  readonly bits: number;
  /** The sample behind the colours is transparency; else it is something else, such as a mask that an editor keeps. */
  readonly hasAlpha: boolean;
}

const ASSOCIATED_ALPHA = 1;
const STRAIGHT_ALPHA = 2;

/**
 * Samples beside the colours, of which libvips takes the last for transparency whatever the file says; inks of 16
 * bits, which it has no way to give as they are; transparency in floating point, where white is not 255. Undefined: as
 * libvips reads them.
 */
export function oddSamples(file: TiffFile): OddSamples | undefined {
  const main = mainDirectory(file);
  if (main === undefined) return undefined;
  const [extra, second] = main.numbers(EXTRA_SAMPLES);
  const [bits = 1] = main.numbers(BITS);
  const inks = photometricOf(main) === INKS;
  const hasAlpha = extra === ASSOCIATED_ALPHA || extra === STRAIGHT_ALPHA;
  const isFloat = main.numbers(SAMPLE_FORMAT)[0] === FLOATING_POINT;
  const isUsual = extra === undefined || (hasAlpha && second === undefined && !isFloat);
  if (isUsual && !(inks && (extra !== undefined || bits === 16))) return undefined;
  return { inks, bits, hasAlpha };
}

function photometricOf(directory: TiffDirectory): number | undefined {
  return directory.numbers(PHOTOMETRIC)[0];
}
