/**
 * The tags of a photo's row, read in this thread: ExifTool is one process, and a first scan was as fast as that. What
 * cannot be read for sure is left to ExifTool, so that both ways give the same row.
 */
import ExifReader from 'exifreader';
import { jpegSegments, SOS } from './formats/jpeg-segments.js';
import { hasTextChunks, withEarlyExif } from './formats/png-exif.js';
import type { Content } from './formats/sniff-content.js';
import type { ExifTags } from './host/worker-services.js';

const FORMATS: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'avif', 'heic', 'tiff']);

/** Our names, which are ExifTool's, and the reader's. */
const TEXTS = {
  'IFD0:Make': 'Make',
  'IFD0:Model': 'Model',
  'ExifIFD:DateTimeOriginal': 'DateTimeOriginal',
  'ExifIFD:CreateDate': 'DateTimeDigitized',
  'ExifIFD:OffsetTime': 'OffsetTime',
  'ExifIFD:OffsetTimeOriginal': 'OffsetTimeOriginal',
  'ExifIFD:OffsetTimeDigitized': 'OffsetTimeDigitized',
  'ExifIFD:SubSecTimeOriginal': 'SubSecTimeOriginal',
  'ExifIFD:SubSecTimeDigitized': 'SubSecTimeDigitized',
  'ExifIFD:LensModel': 'LensModel',
} as const;
const NUMBERS = { 'IFD0:Orientation': 'Orientation', 'ExifIFD:ISO': 'ISOSpeedRatings' } as const;
const FRACTIONS = {
  'ExifIFD:FNumber': 'FNumber',
  'ExifIFD:ExposureTime': 'ExposureTime',
  'ExifIFD:FocalLength': 'FocalLength',
} as const;
/** What ExifTool also finds in makers' notes, when EXIF does not have it. */
const IN_NOTES = [
  ...['IFD0:Make', 'IFD0:Model', 'ExifIFD:DateTimeOriginal', 'ExifIFD:LensModel'],
  ...['ExifIFD:ISO', 'ExifIFD:FNumber', 'ExifIFD:ExposureTime', 'ExifIFD:FocalLength'],
];
/** What ExifTool also finds in XMP, by the names there. */
const IN_XMP: readonly (readonly [theirs: RegExp, name: string])[] = [
  [/^(DateTimeOriginal|CreateDate)$/, 'ExifIFD:DateTimeOriginal'],
  [/^OffsetTime/, 'ExifIFD:OffsetTimeOriginal'],
  [/^SubSecTime/, 'ExifIFD:SubSecTimeOriginal'],
  [/^Make$/, 'IFD0:Make'],
  [/^Model$/, 'IFD0:Model'],
  [/^Lens/, 'ExifIFD:LensModel'],
  [/^(ISO|PhotographicSensitivity)/, 'ExifIFD:ISO'],
  [/^(FNumber|ApertureValue)$/, 'ExifIFD:FNumber'],
  [/^(ExposureTime|ShutterSpeedValue)$/, 'ExifIFD:ExposureTime'],
  [/^FocalLength$/, 'ExifIFD:FocalLength'],
  [/^GPS/, 'Composite:GPSLatitude'],
];
/** Phones: their notes name no lens. Cameras' notes do, in tables that only ExifTool has. */
const NOTES_WITHOUT_LENS = /^(apple|google|huawei|honor|xiaomi|oppo|vivo|oneplus|motorola|lge|hmd global|samsung)$/;
const LENS = 'ExifIFD:LensModel';

const MAX_PART_BYTES = 8 << 20;
/** Other tags are not even looked at. */
const WANTED: ExifReader.IncludeTagsOptions = {
  exif: [
    ...[...Object.values(TEXTS), ...Object.values(NUMBERS), ...Object.values(FRACTIONS)],
    ...['MakerNote', 'GPSLatitude', 'GPSLatitudeRef', 'GPSLongitude', 'GPSLongitudeRef'],
  ],
  gps: true,
  xmp: true,
};

type Exif = NonNullable<ExifReader.ExpandedTags['exif']>;

/**
 * Reads the tags that facts are made of, where that can be done for sure.
 * @param bytes the whole file, of a picture and not of a RAW file
 * @returns tags by ExifTool's names, without those that are missing; undefined when ExifTool has to be asked
 * @see https://exiftool.org/TagNames/EXIF.html
 */
export function readOwnExif(bytes: Buffer, content: Content): ExifTags | undefined {
  const part = FORMATS.has(content.name) ? partWithTags(bytes, content) : undefined;
  const found = part && load(part);
  if (found === undefined) return undefined;
  const { exif = {}, gps, xmp = {} } = found;
  const tags = { ...textsOf(exif), ...numbersOf(exif), ...fractionsOf(exif), ...placeOf(exif, gps) };
  if (!Object.values(tags).every(isPlain)) return undefined;
  const missing = IN_NOTES.filter((name) => !(name in tags));
  if (exif.MakerNote !== undefined && !missing.every((name) => name === LENS && isPhone(tags))) return undefined;
  const isInXmp = (theirs: RegExp): boolean => Object.keys(xmp).some((key) => theirs.test(key));
  return IN_XMP.some(([theirs, name]) => !(name in tags) && isInXmp(theirs)) ? undefined : tags;
}

/**
 * What of the file is read. A tag may claim to fill all of it, and the reader takes some 25 bytes of memory for each of
 * those: what is larger is left to ExifTool.
 */
function partWithTags(bytes: Buffer, content: Content): Buffer | undefined {
  const part = content.name === 'jpeg' ? beforeScan(bytes) : bytes;
  if (part === undefined || part.length > MAX_PART_BYTES) return undefined;
  if (content.name !== 'png') return part;
  return hasTextChunks(part) ? undefined : withEarlyExif(part);
}

/** The segments of a JPEG that stand before its pixels. */
function beforeScan(jpeg: Buffer): Buffer | undefined {
  for (const { marker, offset } of jpegSegments(jpeg)) if (marker === SOS) return jpeg.subarray(0, offset + 2);
  return undefined;
}

function load(bytes: Buffer): ReturnType<typeof loadExpanded> | undefined {
  try {
    return loadExpanded(bytes);
  } catch (error) {
    if (error instanceof ExifReader.errors.MetadataMissingError) return {};
    return undefined; // Damaged in a way that ExifTool may get over.
  }
}

function loadExpanded(bytes: Buffer): ExifReader.ExpandedTags {
  return ExifReader.load(bytes, { expanded: true, includeUnknown: false, includeTags: WANTED });
}

function textsOf(exif: Exif): Record<string, string> {
  return Object.fromEntries(
    Object.entries(TEXTS).flatMap(([name, theirs]) => {
      const value = exif[theirs]?.value;
      const text: unknown = Array.isArray(value) ? value[0] : value;
      return typeof text === 'string' ? [[name, text]] : [];
    }),
  );
}

/** The first of several: some cameras write a list. */
function numbersOf(exif: Exif): Record<string, number> {
  return Object.fromEntries(
    Object.entries(NUMBERS).flatMap(([name, theirs]) => {
      const value: unknown = exif[theirs]?.value;
      const first: unknown = Array.isArray(value) ? value[0] : value;
      return typeof first === 'number' ? [[name, first]] : [];
    }),
  );
}

function fractionsOf(exif: Exif): Record<string, number> {
  return Object.fromEntries(
    Object.entries(FRACTIONS).flatMap(([name, theirs]) => {
      const value: unknown = exif[theirs]?.value;
      const [numerator, denominator]: unknown[] = Array.isArray(value) ? value.flat() : [];
      const isFraction = typeof numerator === 'number' && typeof denominator === 'number';
      return isFraction ? [[name, numerator / denominator]] : [];
    }),
  );
}

/** Without its hemisphere a place is none. */
function placeOf(exif: Exif, gps: ExifReader.ExpandedTags['gps']): Record<string, number> {
  const { Latitude: latitude, Longitude: longitude } = gps ?? {};
  const isWhole = exif.GPSLatitudeRef !== undefined && exif.GPSLongitudeRef !== undefined;
  return isWhole && latitude !== undefined && longitude !== undefined
    ? { 'Composite:GPSLatitude': latitude, 'Composite:GPSLongitude': longitude }
    : {};
}

/** Text beyond ASCII is in an encoding that only its writer knows; ExifTool decides. */
function isPlain(value: string | number): boolean {
  return typeof value === 'number' || /^[\x20-\x7e\0]*$/.test(value);
}

function isPhone(tags: Readonly<Record<string, string | number>>): boolean {
  const make = tags['IFD0:Make'];
  // Samsung's cameras write their name in capitals, its phones do not.
  return typeof make === 'string' && make.trim() !== 'SAMSUNG' && NOTES_WITHOUT_LENS.test(make.trim().toLowerCase());
}
