/** What a TIFF's own directories tell: whether a camera's RAW file is in its clothes, and which page is the picture. */
import { MIN_PREVIEW_SIDE } from './preview-ranking.js';
import type { TiffDirectory, TiffFile } from './tiff-directory.js';

const NEW_SUBFILE_TYPE = 0x00fe;
const WIDTH = 0x0100;
const HEIGHT = 0x0101;
const COMPRESSION = 0x0103;
const PHOTOMETRIC = 0x0106;
const MAKE = 0x010f;
const STRIPS = [0x0111, 0x0117] as const;
const TILES = [0x0144, 0x0145] as const;
const DNG_VERSION = 0xc612;

/** A colour filter array, and what DNG calls a linear RAW. */
const RAW_PHOTOMETRICS: ReadonlySet<number> = new Set([32803, 34892]);
/** Sony, Samsung, Kodak, Nikon, lossy DNG, Pentax. */
const RAW_COMPRESSIONS: ReadonlySet<number> = new Set([32767, 32770, 65000, 34713, 34892, 65535]);
/** Grey, RGB, palette, CMYK, YCbCr, Lab. */
const ORDINARY_PHOTOMETRICS: ReadonlySet<number> = new Set([0, 1, 2, 3, 5, 6, 8]);

/** Whether it is a camera's RAW file, whatever its name: by the maker's mark, or by a directory that holds sensor data. */
export function holdsRaw(file: TiffFile): boolean {
  if (markOf(file) !== undefined) return true;
  const { pages } = file;
  return (
    pages.slice(0, 1).some(isCamerasStamp) ||
    pages.some(isSensorData) ||
    pages.flatMap((page) => page.subDirectories).some(isSensorData)
  );
}

/** `dng`, or the mark that Canon's and Phase One's files carry behind the header. */
export function markOf({ mark, pages }: TiffFile): 'cr2' | 'iiq' | 'dng' | undefined {
  if (mark.startsWith('CR')) return 'cr2';
  if (mark === 'IIII' || mark === 'MMMM') return 'iiq';
  return pages[0]?.numbers(DNG_VERSION).length ? 'dng' : undefined;
}

export function makerOf({ pages }: TiffFile): string {
  return pages[0]?.text(MAKE).trim() ?? '';
}

/** Whether the first page is a whole picture that a TIFF decoder can show, and nothing in the file is sensor data. */
export function isOrdinaryPicture(file: TiffFile): boolean {
  const [first] = file.pages;
  if (first === undefined || isReduced(first) || holdsRaw(file)) return false;
  return ORDINARY_PHOTOMETRICS.has(first.numbers(PHOTOMETRIC)[0] ?? -1);
}

/** Where in the file a picture stands: its page, and the sub-directory of that page. */
export interface TiffPlace {
  readonly page: number;
  /** -1: the page itself. */
  readonly subifd: number;
}

/** The first page, unless that calls itself a reduced copy: then the largest whole picture. */
export function mainPlace(file: TiffFile): TiffPlace {
  return mainPicture(file).place;
}

/** The directory of that picture; undefined when the file has none. */
export function mainDirectory(file: TiffFile): TiffDirectory | undefined {
  return mainPicture(file).directory;
}

function mainPicture({ pages }: TiffFile): {
  readonly place: TiffPlace;
  readonly directory: TiffDirectory | undefined;
} {
  const first = { place: { page: 0, subifd: -1 }, directory: pages[0] };
  if (pages[0] === undefined || !isReduced(pages[0])) return first;
  const all = pages.flatMap((directory, page) => [
    { place: { page, subifd: -1 }, directory },
    ...directory.subDirectories.map((sub, subifd) => ({ place: { page, subifd }, directory: sub })),
  ]);
  const whole = all.filter(({ directory }) => !isReduced(directory) && areaOf(directory) > 0);
  return whole.sort((a, b) => areaOf(b.directory) - areaOf(a.directory))[0] ?? first;
}

/** A directory beyond this was never written: it is nonsense. */
const MAX_START = 2 ** 32;

/** Whether the directory is missing, or some of the picture's data is there and some lies beyond the end. */
export function tiffEndsEarly({ length, start, pages }: TiffFile): boolean {
  if (pages[0] === undefined) return start >= length && start < MAX_START;
  for (const [offsetsTag, countsTag] of [STRIPS, TILES]) {
    const [offsets, counts] = [pages[0].numbers(offsetsTag), pages[0].numbers(countsTag)];
    const beyond = offsets.some((offset, index) => offset + (counts[index] ?? 0) > length);
    if (beyond && offsets.some((offset) => offset < length)) return true;
  }
  return false;
}

function isReduced(directory: TiffDirectory): boolean {
  return ((directory.numbers(NEW_SUBFILE_TYPE)[0] ?? 0) & 1) === 1;
}

/** A camera's name on a picture that is none of its photos: the photo itself must be somewhere else. */
function isCamerasStamp(directory: TiffDirectory): boolean {
  const side = Math.min(directory.numbers(WIDTH)[0] ?? 0, directory.numbers(HEIGHT)[0] ?? 0);
  return directory.text(MAKE) !== '' && (isReduced(directory) || side < MIN_PREVIEW_SIDE);
}

function isSensorData(directory: TiffDirectory): boolean {
  const photometric = directory.numbers(PHOTOMETRIC)[0] ?? -1;
  const compression = directory.numbers(COMPRESSION)[0] ?? -1;
  return RAW_PHOTOMETRICS.has(photometric) || RAW_COMPRESSIONS.has(compression);
}

function areaOf(directory: TiffDirectory): number {
  return (directory.numbers(WIDTH)[0] ?? 0) * (directory.numbers(HEIGHT)[0] ?? 0);
}
