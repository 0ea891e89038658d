import { createHash } from 'node:crypto';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostileFiles, tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DecodeHost } from '../picture-types.js';
import { PATIENT } from '../testing/patient-host.js';
import { openDecodeHost } from './host/decode-host.js';

const TARGET = {
  pixels: { resizeMode: 'shortest-side-center-crop', resampleFilter: 'bicubic', resizeSize: 64, inputSize: 64 },
  acceptedMediaTypes: [],
} as const;
/** A cut file is only sure to stay cut when it was not written within the last hour. */
const YESTERDAY = new Date(Date.now() - 24 * 3_600_000);

const photos = tempFolder();
let host: DecodeHost;
let files: Readonly<Record<string, Buffer>>;
beforeAll(async () => {
  files = await hostileFiles();
  host = await openDecodeHost({ ...PATIENT, threads: 2 });
});
afterAll(async () => {
  await host.close();
  photos[Symbol.dispose]();
});

test.each([
  ['broken-data-stream.png', 'corrupt'],
  ['corrupt-header.jpg', 'corrupt'],
  ['corrupted.heic', 'corrupt'],
  ['decompression-bomb.gif', 'too_many_pixels'],
  ['heic-cut-half.heic', 'truncated'],
  ['heic-named.jpg', 'pixels'],
  ['html-named.jpg', 'not_an_image'],
  ['jpeg-cut-25pct.jpg', 'truncated'],
  ['jpeg-cut-80pct.jpg', 'truncated'],
  ['jpeg-named.png', 'pixels'],
  ['jpeg-sof-65500.jpg', 'too_many_pixels'],
  ['lfs-pointer.cr2', 'not_an_image'],
  ['png-bomb-30000x30000-1bit.png', 'too_many_pixels'],
  ['png-ihdr-2g.png', 'too_many_pixels'],
  ['png-interlaced-16000.png', 'too_many_pixels'],
  ['random-64k.jpg', 'not_an_image'],
  ['svg-named.jpg', 'unsupported_media'],
  ['text-named.heic', 'not_an_image'],
  ['truncated.png', 'truncated'],
  ['zero-bytes.jpg', 'empty_file'],
])('%s: %s', async (relPath, expected) => {
  const bytes = files[relPath];
  if (bytes === undefined) throw new Error(`no ${relPath} is made`);
  writeFileSync(join(photos.path, relPath), bytes);
  utimesSync(join(photos.path, relPath), YESTERDAY, YESTERDAY);
  const contentHash = createHash('sha256').update(bytes).digest('hex');
  const prepared = await host.prepare({ rootPath: photos.path, rootIdentity: null, relPath, contentHash }, TARGET);
  expect(prepared.kind === 'failed' ? prepared.reason : prepared.kind).toBe(expected);
  if (prepared.kind === 'failed') expect(prepared).toMatchObject({ errorClass: 'photo', sure: true });
  expect(host.stats()).toMatchObject({ children: 1, restarts: 0 });
});
