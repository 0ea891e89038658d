import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack } from '../attack.js';
import { mustFail } from '../attack.js';
import { keepBusy } from '../kit/busy-clients.js';
import { createPhotoMaker, writePhotos } from '../kit/library.js';
import { type Ending, startServer } from '../kit/server.js';
import { makeFolders } from './server-kill.js';

const STOPS_A_ROUND = { smoke: 2, deep: 10, nightly: 20 } as const;
const PHOTOS_A_STOP = { smoke: 15, deep: 60, nightly: 60 } as const;
const LONGEST_LIFE_MS = 7_000;

/** SIGTERM at any time after its first word, while it scans, encodes, searches, uploads, downloads and makes thumbnails. */
export const shutdown: Attack = {
  name: 'shutdown',
  promise: 'a stop at any moment ends with exit code 0 within ten seconds, without a line of error and without orphans',
  rounds: { smoke: 1, deep: 3, nightly: 10 },
  counts: 'stops',
  async attack({ size, random, folder }) {
    const [root, dataDir] = makeFolders(folder);
    const maker = await createPhotoMaker(random);
    let mostEndMs = 0;
    let answers = 0;
    for (let stop = 0; stop < STOPS_A_ROUND[size]; stop += 1) {
      writePhotos(root, maker, `stop-${stop}`, PHOTOS_A_STOP[size]);
      await using server = startServer({ dataDir, roots: [root], env: { APOLLO_URL: 'embedded' } });
      await server.spoke;
      const isEarly = random.below(4) === 0;
      if (!isEarly) await server.api;
      const clients = isEarly ? undefined : keepBusy(await server.api, random);
      await sleep(random.below(LONGEST_LIFE_MS));
      const stoppedAt = performance.now();
      const ending = await server.stop();
      mostEndMs = Math.max(mostEndMs, Math.round(performance.now() - stoppedAt));
      answers += (await clients?.ended()) ?? 0;
      checkEnding(ending, server.errorLines(), `stop ${stop}`);
    }
    return { stops: STOPS_A_ROUND[size], answers, mostEndMs, orphans: 0 };
  },
  async control({ folder }) {
    // Named as a server would be, but deaf to the signal.
    const deaf = spawn(
      process.execPath,
      ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log(1)'],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    await once(deaf.stdout, 'data');
    deaf.kill('SIGTERM');
    setTimeout(() => deaf.kill('SIGKILL'), 300);
    const [code, signal] = (await once(deaf, 'exit')) as [number | null, NodeJS.Signals | null]; // as Node documents it
    await mustFail('a process that had to be killed', () => checkEnding({ code, signal }, [], 'the control'));
    await mustFail('a line of error', () => checkEnding({ code: 0, signal: null }, ['{"level":50}'], 'the control'));
    return 'a process that has to be killed and a line of error are each noticed';
  },
};

/** The process kills itself when it is not done after nine seconds: exit code 0 says that it was in time. */
function checkEnding({ code, signal }: Ending, errorLines: readonly string[], what: string): void {
  if (code !== 0) throw new Error(`${what}: ended with ${signal ?? code}`);
  if (errorLines.length > 0) throw new Error(`${what}: ${errorLines[0]?.slice(0, 600)}`);
}
