import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack } from '../attack.js';
import { startEncoder } from '../kit/encoder.js';
import { createPhotoMaker, writePhotos } from '../kit/library.js';
import { type Server, startServer } from '../kit/server.js';
import { readTable } from '../kit/table.js';
import { startTcpProxy } from '../kit/tcp-proxy.js';
import { PATIENCE_MS, waitUntil } from '../kit/wait.js';
import { makeFolders } from './server-kill.js';

const JUMPS = { smoke: 2, deep: 8, nightly: 20 } as const;
const PHOTOS_A_JUMP = 5;
const DAY_S = 86_400;
const CUT_SHORT = 'cut-short.jpg';

/** The wall clock leaps days back and forth while photos are encoded, the encoder comes and goes, and one photo waits for its retries. */
export const clockJumps: Attack = {
  name: 'clock-jumps',
  promise: 'a clock that jumps loses no photo, fails none, and holds up no retry',
  rounds: { smoke: 1, deep: 1, nightly: 4 },
  counts: 'jumps',
  missing: () => (faketimeLibrary() === undefined ? "Debian's package faketime is not installed" : undefined),
  async attack({ size, random, folder }) {
    const [root, dataDir] = makeFolders(folder);
    const clock = createClock(folder);
    const maker = await createPhotoMaker(random);
    await using encoder = await startEncoder();
    await using proxy = await startTcpProxy(encoder.port, random);
    const env = { APOLLO_URL: `grpc://127.0.0.1:${proxy.port}`, ...clock.env };
    await using server = startServer({ dataDir, roots: [root], env });
    const api = await server.api;
    writeFileSync(join(root, CUT_SHORT), cutShort(maker.next()));
    await triedOnce(dataDir);
    let photos = 1;
    for (let jump = 0; jump < JUMPS[size]; jump += 1) {
      photos += writePhotos(root, maker, `jump-${jump}`, PHOTOS_A_JUMP).length;
      await proxy.become(random.pick(['healthy', 'refused', 'flapping'] as const));
      await sleep(random.below(1_500));
      clock.set(random.pick([-1, 1]) * random.below(3 * DAY_S));
      await sleep(random.below(1_500));
      await proxy.become('healthy');
    }
    await waitUntil(
      async () => (await api.status()).encoded === photos - 1,
      () => `photos were lost:\n${server.log().slice(-2_000)}`,
    );
    // Its retries are a minute, ten minutes and a day away: each day that passes brings one.
    let days = 0;
    for (const end = performance.now() + PATIENCE_MS; (await api.status()).pending > 0; days += 1) {
      if (performance.now() > end) throw new Error(`the retries never came:\n${server.log().slice(-2_000)}`);
      clock.set((4 + 2 * days) * DAY_S);
      await sleep(1_000);
    }
    await server.stop();
    const rows = readTable(dataDir);
    const failed = rows.filter(({ status }) => status === 'failed');
    if (failed.some(({ relPath }) => relPath !== CUT_SHORT)) throw new Error(`${failed[0]?.relPath} failed`);
    const tries = failed[0]?.attempts ?? 0;
    if (failed.length !== 1 || tries < 2 || tries > 3)
      throw new Error(`${CUT_SHORT}: ${failed.length} failed after ${tries} tries`);
    return { jumps: JUMPS[size] + days, photos, lost: 0, failedWrongly: 0, retries: tries - 1 };
  },
  async control({ random, folder }) {
    const [root, dataDir] = makeFolders(folder);
    const clock = createClock(folder);
    const maker = await createPhotoMaker(random);
    writeFileSync(join(root, CUT_SHORT), cutShort(maker.next()));
    await using server = startServer({ dataDir, roots: [root], env: { APOLLO_URL: 'embedded', ...clock.env } });
    await server.api;
    await triedOnce(dataDir);
    const before = await dateOf(server);
    clock.set(3 * DAY_S);
    await sleep(1_500); // libfaketime looks at its file once a second
    const days = Math.round((((await dateOf(server)) - before) / 1_000 / DAY_S) * 10) / 10;
    if (days < 2.9) throw new Error(`the server's clock did not jump: ${days} days`);
    return `the Date header shows that the server's own clock jumped ${days} days; until then its retry stayed away`;
  },
};

/** What is cut short, and was written just now, waits for a second try. */
async function triedOnce(dataDir: string): Promise<void> {
  await waitUntil(
    () => readTable(dataDir).some(({ status, attempts }) => status === 'pending' && attempts === 1),
    () => `the photo that is cut short does not wait for another try: ${JSON.stringify(readTable(dataDir))}`,
  );
}

function faketimeLibrary(): string | undefined {
  const folders = existsSync('/usr/lib') ? readdirSync('/usr/lib') : [];
  return folders.map((name) => `/usr/lib/${name}/faketime/libfaketimeMT.so.1`).find((path) => existsSync(path));
}

interface Clock {
  readonly env: Readonly<Record<string, string>>;
  /** How far the wall clock is ahead of the true one. */
  set(seconds: number): void;
}

function createClock(folder: string): Clock {
  const file = join(folder, 'clock');
  const clock: Clock = {
    env: {
      LD_PRELOAD: faketimeLibrary() ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_CACHE_DURATION: '1',
    },
    set(seconds) {
      // Never half written: what it cannot read ends the process.
      writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
      renameSync(`${file}.new`, file);
    },
  };
  clock.set(0);
  return clock;
}

const SCAN_MARK = Buffer.from([0xff, 0xda]);
const SCAN_BYTES = 24;

/** A JPEG that somebody may still be copying: some of its picture is there. */
function cutShort(jpeg: Buffer): Buffer {
  return jpeg.subarray(0, jpeg.indexOf(SCAN_MARK) + SCAN_BYTES);
}

async function dateOf(server: Server): Promise<number> {
  const answer = await (await server.api).request('/healthz');
  return Date.parse(answer.headers.get('date') ?? '');
}
