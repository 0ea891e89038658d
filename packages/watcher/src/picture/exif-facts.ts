/** ExifTool's tags to the columns of a photo. Whatever is not plausible becomes null: metadata is a guest's word. */
import type { PhotoFacts } from '../picture-types.js';
import { statedOrientation } from './formats/preview-ranking.js';
import type { ExifTags } from './host/worker-services.js';

export type ExifFacts = Pick<
  PhotoFacts,
  | 'orientation'
  | 'takenAt'
  | 'takenAtOffsetMin'
  | 'cameraMake'
  | 'cameraModel'
  | 'lensModel'
  | 'iso'
  | 'aperture'
  | 'exposureS'
  | 'focalLengthMm'
  | 'gpsLatitude'
  | 'gpsLongitude'
>;

/** `#` asks for the number instead of its name: `6` and not `Rotate 90 CW`. */
export const FACT_TAGS: readonly string[] = [
  ...['FileType', 'MIMEType', 'ImageWidth#', 'ImageHeight#', 'IFD0:Orientation#', 'Orientation#', 'CanonRaw:Rotation#'],
  ...[
    'DateTimeOriginal',
    'CreateDate',
    'SubSecTimeOriginal',
    'SubSecTimeDigitized',
    'OffsetTimeOriginal',
    'OffsetTimeDigitized',
    'OffsetTime',
  ],
  ...['Make', 'Model', 'LensModel', 'Composite:LensID', 'ISO#', 'FNumber#', 'ExposureTime#', 'FocalLength#'],
  ...['Composite:GPSLatitude#', 'Composite:GPSLongitude#'],
].map((tag) => `-${tag}`);

const MAX_TEXT = 200;

export function exifFacts(tags: ExifTags): ExifFacts {
  const taken = takenAt(tags);
  const latitude = inRange(tags['Composite:GPSLatitude'], -90, 90);
  const longitude = inRange(tags['Composite:GPSLongitude'], -180, 180);
  // A receiver without a fix writes 0, 0, which lies in the sea.
  const placed = latitude !== null && longitude !== null && (latitude !== 0 || longitude !== 0);
  return {
    orientation: statedOrientation(tags) ?? null,
    takenAt: taken?.at ?? null,
    takenAtOffsetMin: taken?.offsetMin ?? null,
    cameraMake: text(first(tags, 'Make')),
    cameraModel: text(first(tags, 'Model')),
    lensModel: text(first(tags, 'LensModel')) ?? lensName(tags['Composite:LensID']),
    iso: wholeInRange(firstOf(first(tags, 'ISO')), 1, 10_000_000),
    aperture: inRange(first(tags, 'FNumber'), 0.1, 1000),
    exposureS: inRange(first(tags, 'ExposureTime'), 1e-9, 1e6),
    focalLengthMm: inRange(first(tags, 'FocalLength'), 0.01, 100_000),
    gpsLatitude: placed ? latitude : null,
    gpsLongitude: placed ? longitude : null,
  };
}

/** The value of a tag in its most trusted group: what the camera wrote before what a program added. */
function first(tags: ExifTags, name: string): unknown {
  for (const group of ['ExifIFD', 'IFD0']) {
    const value = tags[`${group}:${name}`];
    if (value !== undefined) return value;
  }
  const key = Object.keys(tags).find((candidate) => candidate.endsWith(`:${name}`));
  return key === undefined ? undefined : tags[key];
}

const OFFSET_OF = {
  DateTimeOriginal: ['OffsetTimeOriginal', 'OffsetTime'],
  CreateDate: ['OffsetTimeDigitized', 'OffsetTime'],
} as const;

const SUB_SECOND_OF = { DateTimeOriginal: 'SubSecTimeOriginal', CreateDate: 'SubSecTimeDigitized' } as const;

/** Without an offset the wall clock is taken as UTC: the same photo then sorts the same on every machine. */
function takenAt(tags: ExifTags): { readonly at: number; readonly offsetMin: number | null } | null {
  for (const name of ['DateTimeOriginal', 'CreateDate'] as const) {
    const parsed = parseExifDate(first(tags, name));
    if (parsed === null) continue;
    const stated = OFFSET_OF[name].map((tag) => parseOffset(first(tags, tag))).find((minutes) => minutes !== null);
    const offsetMin = parsed.offsetMin ?? stated ?? null;
    // The date of EXIF has whole seconds; the pictures of a burst differ in a tag beside it.
    const beside = parsed.wallClock % 1000 === 0 ? milliseconds(first(tags, SUB_SECOND_OF[name])) : 0;
    return { at: parsed.wallClock + beside - (offsetMin ?? 0) * 60_000, offsetMin };
  }
  return null;
}

const DATE = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?$/;

/** @returns the wall clock as if it were UTC, epoch ms, and the offset if the text holds one; null for no date */
export function parseExifDate(
  value: unknown,
): { readonly wallClock: number; readonly offsetMin: number | null } | null {
  const match = typeof value === 'string' ? DATE.exec(value.trim()) : null;
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  if (year === undefined || year < 1826 || year > 2100) return null; // the first photo; a clock gone mad
  const wallClock = Date.UTC(year, (month ?? 0) - 1, day, hour, minute, second, milliseconds(match[7]));
  const date = new Date(wallClock);
  const isDay = date.getUTCMonth() + 1 === month && date.getUTCDate() === day;
  const real = isDay && date.getUTCHours() === hour && date.getUTCMinutes() === minute;
  return real ? { wallClock, offsetMin: parseOffset(match[8]) } : null;
}

/** @param fraction the digits behind the point; ExifTool gives `40` as a number, `04` as text */
function milliseconds(fraction: unknown): number {
  const digits = /^\d{1,9}/.exec(String(fraction))?.[0] ?? '';
  return Number(digits.padEnd(3, '0').slice(0, 3));
}

function parseOffset(value: unknown): number | null {
  if (value === 'Z') return 0;
  const match = typeof value === 'string' ? /^([+-])(\d\d):?(\d\d)$/.exec(value.trim()) : null;
  if (match === null) return null;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return minutes <= 15 * 60 && Number(match[3]) < 60 ? (match[1] === '-' ? -minutes : minutes) : null;
}

/** Text of one line: control characters out, blanks at the ends out, cut at 200. ExifTool gives `350` as a number. */
function text(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const clean = String(value)
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT)
    .replace(/\p{Cs}$/u, ''); // half of a character
  return clean === '' ? null : clean;
}

/** Some cameras write a list, `400 0`: its first number counts. */
function firstOf(value: unknown): unknown {
  return typeof value === 'string' ? value.trim().split(/[ ,]/)[0] : value;
}

/** ExifTool's name for a lens that states only a number; `Unknown (…)` says nothing. */
function lensName(value: unknown): string | null {
  const name = text(value);
  return name === null || name.startsWith('Unknown') ? null : name;
}

function inRange(value: unknown, low: number, high: number): number | null {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
  return number >= low && number <= high ? number : null;
}

function wholeInRange(value: unknown, low: number, high: number): number | null {
  const number = inRange(value, low, high);
  return number === null ? null : Math.round(number);
}
