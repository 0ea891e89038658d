import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, mustFail } from '../attack.js';
import { keepBusy } from '../kit/busy-clients.js';
import { createPhotoMaker, writePhotos } from '../kit/library.js';
import { descendantsOf, openDescriptors, residentBytes, signal } from '../kit/processes.js';
import { startServer } from '../kit/server.js';
import { type Sample, slopesPerMinute } from '../kit/slope.js';
import { makeFolders } from './server-kill.js';

const MINUTES = { smoke: 0.2, deep: 2.5, nightly: 30 } as const;
const STEP_MS = 1_500;
const PHOTOS_A_STEP = 5;
/** One step in so many kills a child. */
const STEPS_A_KILL = 8;
/** What may come on top by the end of an hour at the slope that was measured. */
const MOST_AN_HOUR = { descriptors: 60, children: 6, residentMb: 400, walMb: 64 } as const;
/** Shorter runs are all warm-up. */
const LEAST_MINUTES = 20;

/** Work without a pause, children that die, people who search; what grows? */
export const soak: Attack = {
  name: 'soak',
  promise: 'memory, descriptors, children and the write-ahead log do not grow under faults',
  rounds: { smoke: 1, deep: 1, nightly: 1 },
  counts: 'minutes',
  async attack({ size, random, folder }) {
    const [root, dataDir] = makeFolders(folder);
    const maker = await createPhotoMaker(random);
    await using server = startServer({ dataDir, roots: [root], env: { APOLLO_URL: 'embedded' } });
    const api = await server.api;
    const clients = keepBusy(api, random, 200);
    const samples: Sample[] = [];
    let [photos, kills] = [0, 0];
    const startedAt = performance.now();
    for (let step = 0; performance.now() - startedAt < MINUTES[size] * 60_000; step += 1) {
      photos += writePhotos(root, maker, `step-${step}`, PHOTOS_A_STEP).length;
      if (step % STEPS_A_KILL === STEPS_A_KILL - 1) {
        const children = descendantsOf(server.pid);
        if (children.length > 0 && signal(random.pick(children), 'SIGKILL')) kills += 1;
      }
      await sleep(STEP_MS);
      samples.push(takeSample(server.pid, dataDir, (performance.now() - startedAt) / 60_000));
    }
    const slopes = slopesPerMinute(samples);
    if (MINUTES[size] >= LEAST_MINUTES) checkSlopes(slopes);
    await api.settled(photos);
    const { code } = await server.stop();
    if (code !== 0) throw new Error(`the server ended with ${code}`);
    return { minutes: MINUTES[size], photos, kills, answers: await clients.ended(), ...rounded(slopes) };
  },
  async control() {
    const leak = (perMinute: number): Sample[] =>
      Array.from({ length: 200 }, (_, n) => ({
        minutes: n / 10,
        values: { descriptors: 40 + (n / 10) * perMinute + (n % 3), children: 6, residentMb: 150, walMb: 4 },
      }));
    checkSlopes(slopesPerMinute(leak(0)));
    await mustFail('three descriptors a minute', () => checkSlopes(slopesPerMinute(leak(3))));
    return 'a series that loses three descriptors a minute is noticed';
  },
};

function takeSample(pid: number, dataDir: string, minutes: number): Sample {
  const megabytes = (bytes: number): number => bytes / 2 ** 20;
  return {
    minutes,
    values: {
      residentMb: megabytes(residentBytes(pid) ?? 0),
      descriptors: openDescriptors(pid),
      children: descendantsOf(pid).length,
      walMb: megabytes(statSync(join(dataDir, 'clip-watch.db-wal'), { throwIfNoEntry: false })?.size ?? 0),
    },
  };
}

function checkSlopes(slopes: Readonly<Record<string, number>>): void {
  const grown = Object.entries(MOST_AN_HOUR).filter(([name, most]) => (slopes[name] ?? 0) * 60 > most);
  if (grown.length > 0)
    throw new Error(`grows: ${grown.map(([name]) => `${name} ${slopes[name]} a minute`).join(', ')}`);
}

function rounded(slopes: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(slopes).map(([name, value]) => [`${name}PerMinute`, Math.round(value * 100) / 100]),
  );
}
