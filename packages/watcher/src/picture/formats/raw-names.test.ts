import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  lacksShared,
  meanDistance,
  paintPicture,
  picture,
  rawContainer,
  sharedPath,
  tempFolder,
  tiffFile,
} from '@clip-watch/test-support';
import { afterAll, describe, expect, test } from 'vitest';
import type { PreparedPicture } from '../../picture-types.js';
import { openDecodeHost } from '../host/decode-host.js';
import { exifToolSuffix } from './exiftool-suffix.js';
import { sniffContent } from './sniff-content.js';

const TARGET = {
  pixels: { resizeMode: 'stretch', resampleFilter: 'bicubic', resizeSize: 64, inputSize: 64 },
  acceptedMediaTypes: [],
} as const;
const MAKE = 0x010f;
const SUBFILE = 0x00fe;
const PHOTOMETRIC = 0x0106;
const SENSOR = { tags: { [SUBFILE]: [0], 256: [640], 257: [480], [PHOTOMETRIC]: [32803] } };
const scene = paintPicture(320, 240);
const stamp = paintPicture(80, 60);

const folder = tempFolder();
const host = await openDecodeHost({ threads: 2 });
afterAll(async () => {
  await host.close();
  folder[Symbol.dispose]();
});

async function prepare(name: string, bytes: Buffer): Promise<PreparedPicture> {
  writeFileSync(join(folder.path, name), bytes);
  const contentHash = createHash('sha256').update(bytes).digest('hex');
  return host.prepare({ rootPath: folder.path, rootIdentity: null, relPath: name, contentHash }, TARGET);
}

describe.skipIf(host.limitation !== null)('a RAW file is known by its content', () => {
  const names = ['a.nef', 'a.NEF', 'a', 'a.jpg', 'a.tif', 'a.dng', 'a.cr2', 'a.heic'];

  test.each(names)('a Nikon file called %s gives its preview', async (name) => {
    const raw = rawContainer(await picture(scene, 'jpeg'), 1);
    expect(await prepare(name, raw)).toMatchObject({
      kind: 'pixels',
      quality: 'preview',
      source: 'JpgFromRaw 320x240',
    });
  });

  test('an upload has no name at all', async () => {
    const raw = rawContainer(await picture(scene, 'jpeg'), 1);
    expect(await host.prepareBytes(raw, TARGET)).toMatchObject({ kind: 'pixels', source: 'JpgFromRaw 320x240' });
  });

  test.each(['a.arw', 'a', 'a.tif'])(
    'the stamp of an unlisted maker called %s is not taken for the photo',
    async (name) => {
      const tags = { [MAKE]: 'Acme', [SUBFILE]: [1] };
      const raw = tiffFile([{ picture: stamp, tags, subPages: [SENSOR] }]);
      expect(await prepare(name, raw)).toMatchObject({ kind: 'pixels', source: 'ThumbnailTIFF 80x60' });
    },
  );

  test.each(['a.nef', 'a.arw', 'a.tif', 'a'])("a camera's plain TIFF called %s is decoded", async (name) => {
    const prepared = await prepare(name, tiffFile([{ picture: scene, tags: { [MAKE]: 'NIKON CORPORATION' } }]));
    expect(prepared).toMatchObject({ kind: 'pixels', quality: 'full', source: 'tiff 320x240' });
  });
});

describe.skipIf(lacksShared('real RAW files') || host.limitation !== null)('real files under wrong names', () => {
  test.each([
    ['canon-s40.crw', 'a.dng', 'JpgFromRaw 640x480'],
    ['google-pixel7-o8.dng', 'a.jpg', 'PreviewImage 382x510'],
    ['rebuilt-panasonic-lx3-o6.rw2', 'a.nef', 'JpgFromRaw 1200x1600'],
    ['kodak-dc120.kdc', 'a', 'ThumbnailTIFF 80x60'],
    ['nikon-d1-cut.nef', 'a.jpg', 'ThumbnailTIFF 160x120'],
  ])('%s called %s', async (file, name, source) => {
    const bytes = readFileSync(sharedPath('photos/raw', file));
    expect(await prepare(name, bytes)).toMatchObject({ kind: 'pixels', source });
  });
});

describe('the page of a TIFF', () => {
  async function pixelsOf(bytes: Buffer): Promise<Uint8Array> {
    const prepared = await prepare('pages.tif', bytes);
    if (prepared.kind !== 'pixels') throw new Error(JSON.stringify(prepared));
    return prepared.data;
  }
  const reduced = { picture: stamp, tags: { [SUBFILE]: [1] } };
  const other = paintPicture(400, 300, 5);

  test('is the first, and so are the sides in the row', async () => {
    const single = await pixelsOf(tiffFile([{ picture: scene }]));
    expect(meanDistance(await pixelsOf(tiffFile([{ picture: scene }, { picture: other }])), single)).toBe(0);
    const row = await host.ingest({ rootPath: folder.path, rootIdentity: null, relPath: 'pages.tif' });
    expect(row).toMatchObject({ kind: 'facts', facts: { width: 320, height: 240 } });
  });

  test('is another when the first calls itself a reduced copy', async () => {
    const single = await pixelsOf(tiffFile([{ picture: scene }]));
    expect(meanDistance(await pixelsOf(tiffFile([reduced, { picture: scene }])), single)).toBe(0);
    expect(meanDistance(await pixelsOf(tiffFile([{ ...reduced, subPages: [{ picture: scene }] }])), single)).toBe(0);
  });
});

test.each([
  ['a.tif', Buffer.from('II\x1a\0\0\0HEAPCCDR', 'latin1'), '.crw'],
  ['a.RWL', Buffer.from('IIU\0', 'latin1'), '.rwl'],
  ['a.jpg', Buffer.from('IIU\0', 'latin1'), '.rw2'],
  ['a.jpg', Buffer.from('II*\0\x10\0\0\0CR\x02\0________', 'latin1'), '.cr2'],
  ['a.jpg', tiffFile([{ tags: { [MAKE]: 'SONY', [SUBFILE]: [1] } }]), '.arw'],
  ['a.sr2', tiffFile([{ tags: { [MAKE]: 'SONY', [SUBFILE]: [1] } }]), '.sr2'],
  ['a.xyz', tiffFile([{ tags: { [MAKE]: 'Acme', [SUBFILE]: [1] } }]), '.dng'],
  ['a.tif', tiffFile([{ picture: stamp }]), '.tif'],
  ['a.jpeg', Buffer.from('\xff\xd8\xff', 'latin1'), '.jpeg'],
  ['no extension', Buffer.from('\xff\xd8\xff', 'latin1'), ''],
  ['a.$(x)', Buffer.from('\xff\xd8\xff', 'latin1'), ''],
])('%s is shown to ExifTool as %j', (name, bytes, suffix) => {
  expect(exifToolSuffix(name, sniffContent(bytes))).toBe(suffix);
});
