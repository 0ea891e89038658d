/**
 * 12-megapixel JPEGs through the whole decode host (open, read, hash, decode, hand over) against what sharp alone
 * makes of the same bytes in memory, with as many at once as there are cores. The two are measured in turns, at one
 * priority and with one pipeline, so that whatever else the machine does meets both. (Before, sharp alone had a shorter
 * pipeline, and its threads the normal priority, which on busy cores was worth more than all else.) Beside the ratio
 * of photos a second stands that of processor time a photo (host, child and all threads), which other work on the
 * cores moves less. Needs Linux.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, setPriority } from 'node:os';
import { join } from 'node:path';
import { fromPixels, hasShared, paintPicture, sharedPath, tempFolder } from '@clip-watch/test-support';
import { openDecodeHost } from '@clip-watch/watcher';
import sharp from 'sharp';

const PHOTOS = 48;
const ROUNDS = 9;
const SIDE = 224;
const TARGET = {
  pixels: { resizeMode: 'shortest-side-center-crop', resampleFilter: 'bicubic', resizeSize: SIDE, inputSize: SIDE },
  acceptedMediaTypes: [],
} as const;

interface Photo {
  readonly rootPath: string;
  readonly rootIdentity: null;
  readonly relPath: string;
  readonly contentHash: string;
  readonly bytes: Buffer;
}

interface Round {
  readonly perSecond: number;
  readonly cpuMs: number;
}

async function photos(rootPath: string): Promise<Photo[]> {
  const original = hasShared()
    ? readFileSync(sharedPath('photos/jpeg/iphone-xr-12mp-p3.jpg'))
    : await fromPixels(paintPicture(4032, 3024)).jpeg({ quality: 92 }).toBuffer();
  mkdirSync(rootPath);
  return Array.from({ length: PHOTOS }, (_, n) => {
    const bytes = Buffer.concat([original, Buffer.from([n])]);
    writeFileSync(join(rootPath, `${n}.jpg`), bytes);
    const contentHash = createHash('sha256').update(bytes).digest('hex');
    return { rootPath, rootIdentity: null, relPath: `${n}.jpg`, contentHash, bytes };
  });
}

/** Keeps so many in flight. */
async function measure(
  list: readonly Photo[],
  inFlight: number,
  one: (photo: Photo) => Promise<unknown>,
): Promise<Round> {
  const left = [...list];
  const [start, cpuStart] = [performance.now(), cpuTime()];
  const run = async (): Promise<void> => {
    for (let photo = left.pop(); photo !== undefined; photo = left.pop()) await one(photo);
  };
  await Promise.all(Array.from({ length: inFlight }, run));
  return {
    perSecond: (1000 * list.length) / (performance.now() - start),
    cpuMs: (cpuTime() - cpuStart) / list.length,
  };
}

const TICK_MS = 10; // of /proc/PID/stat

/** Of this process and its children, in ms. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + childrenCpuTime();
}

function childrenCpuTime(): number {
  const pids = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
  const ticks = pids.map((pid) => {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const [user, system] = fields.split(' ').slice(11, 13);
    return Number(user) + Number(system);
  });
  return TICK_MS * ticks.reduce((sum, each) => sum + each, 0);
}

/** The calls that the decode host makes for such a photo, once it knows the size. */
function bySharp({ bytes }: Photo): Promise<unknown> {
  return sharp(bytes, { limitInputPixels: false, ignoreIcc: true, failOn: 'truncated' })
    .timeout({ seconds: 20 })
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .resize(298, SIDE, { fit: 'fill', kernel: 'cubic', fastShrinkOnLoad: true })
    .extract({ left: 37, top: 0, width: SIDE, height: SIDE })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.round(100 * value) / 100;
}

using folder = tempFolder();
const list = await photos(join(folder.path, 'library'));
const cores = availableParallelism();
sharp.concurrency(1);
sharp.cache(false);
// As the decode child's, whose every thread has it; Linux keeps one a thread, and sharp's threads take their creator's.
for (const thread of readdirSync('/proc/self/task')) setPriority(Number(thread), 10);
await using host = await openDecodeHost({ tempParent: folder.path });
const byHost = async (photo: Photo): Promise<void> => {
  const prepared = await host.prepare(photo, TARGET);
  if (prepared.kind !== 'pixels') throw new Error(JSON.stringify(prepared));
};
await measure(list, cores, byHost);
await measure(list, cores, bySharp);
const rounds = [];
for (let round = 0; round < ROUNDS; round += 1) {
  rounds.push({ alone: await measure(list, cores, bySharp), whole: await measure(list, cores + 2, byHost) });
}
const ratios = rounds.map(({ alone, whole }) => whole.perSecond / alone.perSecond);
console.log(
  JSON.stringify({
    benchmark: 'decode-throughput',
    cores,
    sharpAlonePerSecond: rounded(median(rounds.map(({ alone }) => alone.perSecond))),
    decodeHostPerSecond: rounded(median(rounds.map(({ whole }) => whole.perSecond))),
    ratio: rounded(median(ratios)),
    ratios: ratios.map(rounded),
    wanted: 0.85,
    sharpAloneCpuMs: rounded(median(rounds.map(({ alone }) => alone.cpuMs))),
    decodeHostCpuMs: rounded(median(rounds.map(({ whole }) => whole.cpuMs))),
    cpuRatio: rounded(median(rounds.map(({ alone, whole }) => alone.cpuMs / whole.cpuMs))),
  }),
);
