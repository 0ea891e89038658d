/**
 * One library on a disk that never answers, another that is whole: how much of its speed the whole one keeps, what the
 * host's event loop feels, and how long closing takes. The speed without the hung library is measured first and last.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { HUNG_FOLDER, hungDisk, paintPicture, picture, tempFolder } from '@clip-watch/test-support';
import { openDecodeHost } from '@clip-watch/watcher';

const SECONDS = 8;
/** Long enough for the hung disk to be asked several times. */
const SECONDS_BESIDE = 45;
const IN_FLIGHT = 6;
const TARGET = {
  pixels: { resizeMode: 'shortest-side-center-crop', resampleFilter: 'bicubic', resizeSize: 224, inputSize: 224 },
  acceptedMediaTypes: [],
} as const;

using folder = tempFolder();
const preload = hungDisk(folder.path);
const photo = await picture(paintPicture(2000, 1500), 'jpeg');
const contentHash = createHash('sha256').update(photo).digest('hex');
for (const root of ['whole', HUNG_FOLDER]) {
  mkdirSync(join(folder.path, root));
  for (let n = 0; n < IN_FLIGHT; n += 1) writeFileSync(join(folder.path, root, `${n}.jpg`), photo);
}
process.env.LD_PRELOAD = preload;
const host = await openDecodeHost({ tempParent: folder.path });

const prepare = (root: string, n: number): Promise<unknown> =>
  host.prepare(
    { rootPath: join(folder.path, root), rootIdentity: null, relPath: `${n % IN_FLIGHT}.jpg`, contentHash },
    TARGET,
  );

/** @returns photos per second of the whole library */
async function rate(seconds: number): Promise<number> {
  const start = performance.now();
  let done = 0;
  const run = async (): Promise<void> => {
    for (; performance.now() - start < seconds * 1000; done += 1) await prepare('whole', done);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, run));
  return (1000 * done) / (performance.now() - start);
}

await rate(2);
const before = await rate(SECONDS);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let asking = true;
const asker = (async () => {
  // The drain pauses a library for a while after ten failures in a row; here a second stands for that.
  for (let n = 0; asking; n += 1) {
    await prepare(HUNG_FOLDER, n);
    await sleep(1000);
  }
})();
const beside = await rate(SECONDS_BESIDE);
delay.disable();
asking = false;
await asker;
const after = await rate(SECONDS);
const stuck = prepare(HUNG_FOLDER, 0).catch(() => undefined);
const start = performance.now();
await host.close();
await stuck;
console.log(
  JSON.stringify({
    benchmark: 'decode-hung-disk',
    perSecondWithout: (before + after) / 2,
    perSecondBeside: beside,
    ratio: (2 * beside) / (before + after),
    wantedRatio: 0.9,
    eventLoopP99Ms: delay.percentile(99) / 1e6,
    eventLoopMaxMs: delay.max / 1e6,
    closeSeconds: (performance.now() - start) / 1000,
  }),
);
