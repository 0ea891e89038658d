import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import {
  animatedGif,
  fromPixels,
  hasShared,
  paintPicture,
  pngHeader,
  progressiveBomb,
  sharedPath,
} from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { PATIENT } from '../../testing/patient-host.js';
import { openDecodeHost } from './decode-host.js';

const TARGET = {
  pixels: { resizeMode: 'shortest-side-center-crop', resampleFilter: 'bicubic', resizeSize: 224, inputSize: 224 },
  acceptedMediaTypes: [],
} as const;
/** The default of `maxChildRssBytes`. */
const CAP_BYTES = Math.min(2 * 2 ** 30, totalmem() / 2);
const HAS_PROC = existsSync('/proc/self/status');

/** The most memory that our one decode child has ever had, from the kernel. */
function peakBytes(): number {
  const pids = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
  const child = pids.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('decode-child'));
  const status = readFileSync(`/proc/${child}/status`, 'utf8');
  return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** Its decoder holds much more than the picture's lines. */
function heavyAvif(): Promise<Buffer> {
  const wide = fromPixels(paintPicture(100, 100)).resize(7700, 7700, { fit: 'fill', kernel: 'nearest' });
  return wide.avif({ effort: 0 }).toBuffer();
}

/** As large as the limits allow, a little larger, and what others have thought of. */
async function bombs(): Promise<Buffer[]> {
  const wide = fromPixels(paintPicture(100, 100)).resize(14_000, 14_000, { fit: 'fill', kernel: 'nearest' });
  const avif = await heavyAvif();
  const progressive = await progressiveBomb(7700);
  return [
    progressive,
    progressive,
    await progressiveBomb(7800),
    await wide.clone().jpeg().toBuffer(),
    await wide.clone().png({ compressionLevel: 1 }).toBuffer(),
    avif,
    avif,
    await animatedGif([paintPicture(400, 300), paintPicture(400, 300, 2)]),
    pngHeader(14_000, 14_000),
    pngHeader(2 ** 31 - 1, 2 ** 31 - 1),
    ...realOnes(),
  ];
}

function realOnes(): Buffer[] {
  if (!hasShared()) return [];
  const folder = sharedPath('photos/hostile');
  return readdirSync(folder).map((name) => readFileSync(join(folder, name)));
}

test.skipIf(!HAS_PROC)('bombs, three at once, leave the child below its memory cap', { timeout: 900_000 }, async () => {
  await using host = await openDecodeHost({ ...PATIENT, threads: 3 });
  const atRest = peakBytes();
  const files = await bombs();
  const outcomes = await Promise.all(files.map((file) => host.prepareBytes(file, TARGET)));
  expect(outcomes.slice(0, 5).map((one) => (one.kind === 'failed' ? one.reason : one.kind))).toEqual([
    'pixels',
    'pixels',
    'too_many_pixels',
    'pixels',
    'pixels',
  ]);
  expect(host.stats()).toMatchObject({ restarts: 0, children: 1 });
  expect(peakBytes()).toBeGreaterThan(atRest + (200 << 20)); // they were really opened
  expect(peakBytes()).toBeLessThan(CAP_BYTES);
});
