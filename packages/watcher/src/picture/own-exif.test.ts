import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  fromPixels,
  heicFile,
  lacksShared,
  paintPicture,
  picture,
  sharedPath,
  tempFolder,
  tiffFile,
} from '@clip-watch/test-support';
import { ExifTool } from 'exiftool-vendored';
import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  double,
  integer,
  option,
  property,
  record,
  tuple,
} from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExifFacts, exifFacts, FACT_TAGS } from './exif-facts.js';
import { sniffContent } from './formats/sniff-content.js';
import { isOrdinaryPicture } from './formats/tiff-kind.js';
import { readOwnExif } from './own-exif.js';

const RUNS = Number(process.env.CLIP_WATCH_TEST_EXIF ?? 60);
const scene = paintPicture(64, 48);

function ownFacts(bytes: Buffer): ExifFacts | undefined {
  const tags = readOwnExif(bytes, sniffContent(bytes));
  return tags && exifFacts(tags);
}

test('a picture without metadata has no facts, and ExifTool is not asked', async () => {
  for (const format of ['jpeg', 'png', 'webp', 'avif'] as const)
    expect(Object.values(ownFacts(await picture(scene, format)) ?? { asked: 1 }), format).toEqual(Array(12).fill(null));
});

test.each([
  ['a GIF', () => fromPixels(scene).gif().toBuffer()],
  ['a camera whose notes name the lens', () => withExif({ IFD0: { Make: 'Canon' }, IFD2: { MakerNote: 'notes' } })],
  [
    'text that is no ASCII',
    async () => latin1(await withExif({ IFD0: { Make: 'Kamera Muller' } }), 'Muller', 'M\xfcller'),
  ],
])('%s is left to ExifTool', async (_, make) => {
  expect(ownFacts(await make())).toBeUndefined();
});

/** The same file with one text replaced by another of the same length. */
function latin1(bytes: Buffer, from: string, to: string): Buffer {
  bytes.write(to, bytes.indexOf(from), 'latin1');
  return bytes;
}

test('a tag that claims megabytes is not read', () => {
  const description = 0x010e;
  const file = tiffFile([{ picture: scene, tags: { [description]: 'x'.repeat(4 << 20), 274: [6] } }]);
  const before = process.memoryUsage().rss;
  expect(ownFacts(file)).toMatchObject({ orientation: 6 });
  expect(process.memoryUsage().rss - before).toBeLessThan(60 << 20);
});

test('whatever is damaged, reading ends and throws nothing', async () => {
  const IFD2 = { DateTimeOriginal: '2024:07:04 21:45:43', LensModel: 'a lens' };
  const file = await fromPixels(scene)
    .withExif({ IFD0: { Make: 'Acme' }, IFD2 })
    .jpeg()
    .toBuffer();
  const damage = array(tuple(integer({ min: 0, max: 400 }), integer({ min: 0, max: 255 })), { minLength: 1 });
  void assert(
    property(damage, (changes) => {
      const copy = Buffer.from(file);
      for (const [at, value] of changes) copy[at] = value;
      readOwnExif(copy, sniffContent(copy));
    }),
    { numRuns: 1_000 },
  );
});

test('a file whose tags may be larger is left to ExifTool; of a JPEG only what stands before the pixels counts', async () => {
  const long = Buffer.alloc(9 << 20);
  expect(ownFacts(Buffer.concat([await picture(scene, 'webp'), long]))).toBeUndefined();
  expect(ownFacts(Buffer.concat([await picture(scene, 'jpeg'), long]))).toBeDefined();
});

function withExif(exif: Record<string, Record<string, string>>): Promise<Buffer> {
  return fromPixels(scene).withExif(exif).jpeg().toBuffer();
}

const lacksPerl = spawnSync('perl', ['-v']).status !== 0;
if (lacksPerl) process.stderr.write('\n*** SKIPPED: without Perl there is no ExifTool to compare with. ***\n\n');

describe.skipIf(lacksPerl)('as ExifTool says', () => {
  const folder = tempFolder();
  let tool: ExifTool;
  beforeAll(() => {
    tool = new ExifTool({ maxProcs: 1, taskTimeoutMillis: 0, spawnTimeoutMillis: 0 });
  });
  afterAll(async () => {
    await tool.end();
    folder[Symbol.dispose]();
  });

  async function exifToolsFacts(path: string): Promise<ExifFacts> {
    const options = { readArgs: ['-G1', '-fast', ...FACT_TAGS], useMWG: false, ignoreMinorErrors: true };
    return exifFacts((await tool.readRaw(path, options)) as unknown as Record<string, unknown>); // plain JSON
  }

  /** The facts that differ. Numbers may in their last digits: ExifTool prints ten of them, and rounds fractions on the way. */
  function differences(own: ExifFacts, theirs: ExifFacts): string[] {
    return Object.entries(theirs).flatMap(([name, value]) => {
      const mine = own[name as keyof ExifFacts]; // both have all of them
      const areNumbers = typeof mine === 'number' && typeof value === 'number';
      const isSame = areNumbers ? Math.abs(mine - value) <= 1e-6 * Math.abs(value) : mine === value;
      return isSame ? [] : [`${name}: ${mine}, not ${value}`];
    });
  }

  test('files with tags of all kinds', { timeout: 1_200_000 }, async () => {
    const bases = await plainFiles();
    let own = 0;
    const agrees = asyncProperty(constantFrom(...bases), TAGS, async ([suffix, bytes], tags) => {
      const path = join(folder.path, `made${suffix}`);
      writeFileSync(path, bytes);
      await tool.write(path, withoutNull(tags), { writeArgs: ['-overwrite_original', '-n', '-m'], useMWG: false });
      const facts = ownFacts(readFileSync(path));
      if (facts === undefined) return;
      own += 1;
      expect(differences(facts, await exifToolsFacts(path))).toEqual([]);
    });
    await assert(agrees, { numRuns: RUNS });
    expect(own, 'files that ExifTool was not needed for').toBeGreaterThan(RUNS / 4);
  });

  test.skipIf(lacksShared('the facts of real photos'))('real photos', { timeout: 300_000 }, async () => {
    const differing: string[] = [];
    let own = 0;
    for (const name of readdirSync(sharedPath('photos'), { recursive: true, encoding: 'utf8' })) {
      const path = sharedPath('photos', name);
      const bytes = /\.[a-z0-9]+$/i.test(name) ? readFileSync(path) : Buffer.alloc(0);
      const content = sniffContent(bytes);
      if (content.way === 'tiff' && !isOrdinaryPicture(content.tiff)) continue;
      const facts = ownFacts(bytes);
      if (facts === undefined) continue;
      own += 1;
      if (differences(facts, await exifToolsFacts(path)).length > 0) differing.push(name);
    }
    expect(differing).toEqual([]);
    expect(own).toBeGreaterThan(60);
  });

  async function plainFiles(): Promise<(readonly [suffix: string, bytes: Buffer])[]> {
    mkdirSync(folder.path, { recursive: true });
    const made = [
      ...(['jpeg', 'png', 'webp', 'avif'] as const).map(
        async (format) => [`.${format}`, await picture(scene, format)] as const,
      ),
      Promise.resolve(['.tif', tiffFile([{ picture: scene }])] as const),
      Promise.resolve(['.heic', heicFile(scene)] as const),
    ];
    return Promise.all(made);
  }
});

const text = (...values: string[]) => option(constantFrom(...values));

/** As ExifTool takes them: what cameras, phones and programs write, and some that is nonsense. */
const TAGS = record({
  'IFD0:Make': text('Apple', 'Canon', 'samsung', 'SAMSUNG', 'NIKON CORPORATION', 'Google', ' Blank ', 'Kamera Müller'),
  'IFD0:Model': text('iPhone 13 Pro', 'Canon EOS 5D', 'SM-G970F', 'x'),
  'IFD0:Orientation': option(integer({ min: 1, max: 8 })),
  'ExifIFD:DateTimeOriginal': text(
    '2023:09:01 18:41:05',
    '0000:00:00 00:00:00',
    '2024:02:30 10:00:00',
    '1999:12:31 23:59:59',
  ),
  'ExifIFD:CreateDate': text('2023:09:01 18:41:06', '1980:01:01 00:00:00'),
  'ExifIFD:OffsetTimeOriginal': text('+02:00', '-09:30', 'Z', 'nonsense'),
  'ExifIFD:OffsetTime': text('+01:00'),
  'ExifIFD:SubSecTimeOriginal': text('04', '5', '123456'),
  'ExifIFD:LensModel': text('iPhone 13 Pro back camera', 'EF28-135mm f/3.5-5.6 IS USM'),
  'ExifIFD:ISO': option(integer({ min: 1, max: 65_535 })),
  'ExifIFD:FNumber': option(double({ min: 0.7, max: 64, noNaN: true })),
  'ExifIFD:ExposureTime': option(double({ min: 0.000_1, max: 60, noNaN: true })),
  'ExifIFD:FocalLength': option(double({ min: 1, max: 800, noNaN: true })),
  'GPS:GPSLatitude': option(double({ min: 0, max: 90, noNaN: true })),
  'GPS:GPSLatitudeRef': text('N', 'S'),
  'GPS:GPSLongitude': option(double({ min: 0, max: 180, noNaN: true })),
  'GPS:GPSLongitudeRef': text('E', 'W'),
  'XMP-exif:DateTimeOriginal': option(constantFrom('2020:01:02 03:04:05+01:00'), { freq: 1 }),
  'XMP-xmp:CreatorTool': text('a program'),
  'XMP-aux:Lens': option(constantFrom('EF 50mm'), { freq: 1 }),
});

function withoutNull(tags: Readonly<Record<string, unknown>>): Record<string, never> {
  // Names with their groups are none that the typed interface knows.
  return Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== null)) as Record<string, never>;
}
