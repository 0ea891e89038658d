import { describe, expect, test } from 'vitest';
import { exifFacts, parseExifDate } from './exif-facts.js';

test('a usual photo', () => {
  const facts = exifFacts({
    'IFD0:Make': 'Canon',
    'IFD0:Model': 'Canon EOS 5D Mark III',
    'IFD0:Orientation': 6,
    'ExifIFD:DateTimeOriginal': '2023:09:01 18:41:05',
    'ExifIFD:OffsetTimeOriginal': '+02:00',
    'ExifIFD:LensModel': 'EF28-135mm f/3.5-5.6 IS USM',
    'ExifIFD:ISO': 320,
    'ExifIFD:FNumber': 5.6,
    'ExifIFD:ExposureTime': 0.008,
    'ExifIFD:FocalLength': 135,
    'Composite:GPSLatitude': 46.9,
    'Composite:GPSLongitude': -7.4,
  });
  expect(facts).toEqual({
    orientation: 6,
    takenAt: Date.UTC(2023, 8, 1, 16, 41, 5),
    takenAtOffsetMin: 120,
    cameraMake: 'Canon',
    cameraModel: 'Canon EOS 5D Mark III',
    lensModel: 'EF28-135mm f/3.5-5.6 IS USM',
    iso: 320,
    aperture: 5.6,
    exposureS: 0.008,
    focalLengthMm: 135,
    gpsLatitude: 46.9,
    gpsLongitude: -7.4,
  });
});

test('nothing known is all null', () => {
  expect(Object.values(exifFacts({})).every((value) => value === null)).toBe(true);
});

describe('hostile values become null', () => {
  test.each([
    ['orientation', { 'IFD0:Orientation': 9 }],
    ['orientation', { 'IFD0:Orientation': { a: 1 } }],
    ['takenAt', { 'ExifIFD:DateTimeOriginal': '0000:00:00 00:00:00' }],
    ['takenAt', { 'ExifIFD:DateTimeOriginal': '2023:13:01 00:00:00' }],
    ['takenAt', { 'ExifIFD:DateTimeOriginal': '2023:02:30 00:00:00' }],
    ['takenAt', { 'ExifIFD:DateTimeOriginal': '9999:01:01 00:00:00' }],
    ['takenAt', { 'ExifIFD:DateTimeOriginal': 20230101 }],
    ['takenAt', { 'ExifIFD:DateTimeOriginal': '2023:02:03 12:45:75' }],
    ['orientation', { 'XMP-tiff:Orientation': 6 }],
    ['cameraMake', { 'IFD0:Make': '\0\0 \n' }],
    ['cameraMake', { 'IFD0:Make': ['a'] }],
    ['lensModel', { 'Composite:LensID': 'Unknown (12 34)' }],
    ['iso', { 'ExifIFD:ISO': -1 }],
    ['iso', { 'ExifIFD:ISO': 'inf' }],
    ['aperture', { 'ExifIFD:FNumber': 0 }],
    ['aperture', { 'ExifIFD:FNumber': Number.POSITIVE_INFINITY }],
    ['exposureS', { 'ExifIFD:ExposureTime': 'undef' }],
    ['focalLengthMm', { 'ExifIFD:FocalLength': 1e12 }],
    ['gpsLatitude', { 'Composite:GPSLatitude': 91, 'Composite:GPSLongitude': 1 }],
    ['gpsLongitude', { 'Composite:GPSLatitude': 91, 'Composite:GPSLongitude': 1 }],
    ['gpsLatitude', { 'Composite:GPSLatitude': 0, 'Composite:GPSLongitude': 0 }],
  ] as const)('%s of %j', (column, tags) => {
    expect(exifFacts(tags)[column]).toBeNull();
  });

  test('long text is cut, control characters become blanks', () => {
    expect(exifFacts({ 'IFD0:Make': 'x'.repeat(5000) }).cameraMake).toHaveLength(200);
    expect(exifFacts({ 'IFD0:Make': `${'x'.repeat(199)}😀` }).cameraMake).toBe('x'.repeat(199));
    expect(exifFacts({ 'IFD0:Make': 'a\nb\u0000' }).cameraMake).toBe('a b');
    expect(exifFacts({ 'IFD0:Model': 350 }).cameraModel).toBe('350');
  });
});

test.each([
  ['2013:09:03 09:45:16.40', Date.UTC(2013, 8, 3, 9, 45, 16, 400), null],
  ['2024:07:04 21:45:43+02:00', Date.UTC(2024, 6, 4, 21, 45, 43), 120],
  ['2024-07-04T21:45:43-0330', Date.UTC(2024, 6, 4, 21, 45, 43), -210],
  ['2024:07:04 21:45Z', Date.UTC(2024, 6, 4, 21, 45), 0],
])('the date %s', (text, wallClock, offsetMin) => {
  expect(parseExifDate(text)).toEqual({ wallClock, offsetMin });
});

test.each([
  ['ExifIFD:DateTimeOriginal', 'ExifIFD:SubSecTimeOriginal', 40, 400],
  ['ExifIFD:DateTimeOriginal', 'ExifIFD:SubSecTimeOriginal', '04', 40],
  ['ExifIFD:DateTimeOriginal', 'ExifIFD:SubSecTimeOriginal', '123456', 123],
  ['ExifIFD:CreateDate', 'ExifIFD:SubSecTimeDigitized', 57, 570],
  ['ExifIFD:DateTimeOriginal', 'ExifIFD:SubSecTimeDigitized', 57, 0],
  ['ExifIFD:DateTimeOriginal', 'ExifIFD:SubSecTimeOriginal', '-3', 0],
  ['ExifIFD:DateTimeOriginal', 'ExifIFD:SubSecTimeOriginal', { a: 1 }, 0],
])('the fraction of a second of %s in %s: %j is %d ms', (date, tag, fraction, ms) => {
  const { takenAt } = exifFacts({ [date]: '2024:07:04 21:45:43', [tag]: fraction });
  expect(takenAt).toBe(Date.UTC(2024, 6, 4, 21, 45, 43, ms));
});

test('a fraction in the date itself counts before one beside it', () => {
  const tags = { 'ExifIFD:DateTimeOriginal': '2013:09:03 09:45:16.57', 'ExifIFD:SubSecTimeOriginal': 12 };
  expect(exifFacts(tags).takenAt).toBe(Date.UTC(2013, 8, 3, 9, 45, 16, 570));
});

test.each(['+99:00', '+02:99'])('an impossible offset is ignored, the date stays: %s', (offset) => {
  const tags = { 'ExifIFD:DateTimeOriginal': '2024:07:04 21:45:43', 'ExifIFD:OffsetTimeOriginal': offset };
  expect(exifFacts(tags)).toMatchObject({ takenAt: Date.UTC(2024, 6, 4, 21, 45, 43), takenAtOffsetMin: null });
});

test.each([
  ['the first of a list of speeds', 'iso', { 'ExifIFD:ISO': '400 0' }, 400],
  ['the turn of a CRW, in degrees', 'orientation', { 'CanonRaw:Rotation': 90 }, 6],
  ["IFD0's orientation before a sub-picture's", 'orientation', { 'SubIFD:Orientation': 1, 'IFD0:Orientation': 8 }, 8],
] as const)('%s', (_, column, tags, value) => {
  expect(exifFacts(tags)[column]).toBe(value);
});
