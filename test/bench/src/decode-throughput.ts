/**
 * 12-megapixel JPEGs through the whole decode host (open, read, hash, decode, hand over) against what sharp alone
 * makes of the same bytes in memory, with as many at once as there are cores. The two are measured in turns, so that
 * whatever else the machine does meets both.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, setPriority } from 'node:os';
import { join } from 'node:path';
import { fromPixels, paintPicture, sharedFolder, tempFolder } from '@clip-watch/test-support';
import { openDecodeHost } from '@clip-watch/watcher';
import sharp from 'sharp';

const PHOTOS = 48;
const ROUNDS = 7;
const SIDE = 224;
const TARGET = {
  pixels: { resizeMode: 'shortest-side-center-crop', resampleFilter: 'bicubic', resizeSize: SIDE, inputSize: SIDE },
  acceptedMediaTypes: [],
} as const;

interface Photo {
  readonly rootPath: string;
  readonly relPath: string;
  readonly contentHash: string;
  readonly bytes: Buffer;
}

async function photos(rootPath: string): Promise<Photo[]> {
  const shared = sharedFolder();
  const original =
    shared === undefined
      ? await fromPixels(paintPicture(4032, 3024)).jpeg({ quality: 92 }).toBuffer()
      : readFileSync(join(shared, 'photos/jpeg/iphone-xr-12mp-p3.jpg'));
  mkdirSync(rootPath);
  return Array.from({ length: PHOTOS }, (_, n) => {
    const bytes = Buffer.concat([original, Buffer.from([n])]);
    writeFileSync(join(rootPath, `${n}.jpg`), bytes);
    const contentHash = createHash('sha256').update(bytes).digest('hex');
    return { rootPath, relPath: `${n}.jpg`, contentHash, bytes };
  });
}

/** Keeps as many in flight as there are cores, and a few more that wait. @returns photos per second */
async function rate(
  list: readonly Photo[],
  inFlight: number,
  one: (photo: Photo) => Promise<unknown>,
): Promise<number> {
  const left = [...list];
  const start = performance.now();
  const run = async (): Promise<void> => {
    for (let photo = left.pop(); photo !== undefined; photo = left.pop()) await one(photo);
  };
  await Promise.all(Array.from({ length: inFlight }, run));
  return (1000 * list.length) / (performance.now() - start);
}

function bySharp({ bytes }: Photo): Promise<Buffer> {
  return sharp(bytes, { ignoreIcc: true, failOn: 'truncated' })
    .autoOrient()
    .resize(298, SIDE, { fit: 'fill', kernel: 'cubic' })
    .extract({ left: 37, top: 0, width: SIDE, height: SIDE })
    .raw()
    .toBuffer();
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

using folder = tempFolder();
const list = await photos(join(folder.path, 'library'));
const cores = availableParallelism();
sharp.concurrency(1);
sharp.cache(false);
setPriority(10); // as the decode child's: whatever else runs meets both alike
await using host = await openDecodeHost({ tempParent: folder.path });
const byHost = async (photo: Photo): Promise<void> => {
  const prepared = await host.prepare(photo, TARGET);
  if (prepared.kind !== 'pixels') throw new Error(JSON.stringify(prepared));
};
await rate(list, cores, byHost);
await rate(list, cores, bySharp);
const rounds = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const alone = await rate(list, cores, bySharp);
  const whole = await rate(list, cores + 2, byHost);
  rounds.push({ alone, whole, ratio: whole / alone });
}
console.log(
  JSON.stringify({
    benchmark: 'decode-throughput',
    cores,
    sharpAlonePerSecond: median(rounds.map((round) => round.alone)),
    decodeHostPerSecond: median(rounds.map((round) => round.whole)),
    ratio: median(rounds.map((round) => round.ratio)),
    ratios: rounds.map((round) => Math.round(round.ratio * 100) / 100),
    wanted: 0.85,
  }),
);
