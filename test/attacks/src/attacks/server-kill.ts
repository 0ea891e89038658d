import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, mustFail, type Round } from '../attack.js';
import { type Acknowledged, createAcknowledged } from '../kit/acknowledged.js';
import { createPhotoMaker, writePhotos } from '../kit/library.js';
import { expectGone } from '../kit/processes.js';
import { type Server, startServer } from '../kit/server.js';
import { readTable, type TableRow } from '../kit/table.js';
import { PATIENCE_MS } from '../kit/wait.js';

const KILLS_A_ROUND = { smoke: 2, deep: 10, nightly: 25 } as const;
const PHOTOS_A_KILL = { smoke: 12, deep: 60, nightly: 100 } as const;
const LONGEST_START_MS = 4_000;

/** The whole server, with its embedded encoder, killed again and again while it scans and encodes. */
export const serverKill: Attack = {
  name: 'server-kill',
  promise: 'an acknowledged embedding survives a kill of the server, and no process of it stays behind',
  rounds: { smoke: 1, deep: 5, nightly: 20 },
  counts: 'kills',
  async attack({ size, random, folder }) {
    const [root, dataDir] = makeFolders(folder);
    const maker = await createPhotoMaker(random);
    const acknowledged = createAcknowledged();
    let photos = 0;
    for (let kill = 0; kill < KILLS_A_ROUND[size]; kill += 1) {
      photos += writePhotos(root, maker, `kill-${kill}`, PHOTOS_A_KILL[size]).length;
      await using server = startServer({ dataDir, roots: [root], env: { APOLLO_URL: 'embedded' } });
      // By what it got done, so that a busy machine is met in the middle of the work too; some at any time since the start.
      if (kill % 3 === 2) await listen(server, acknowledged, { ms: random.below(LONGEST_START_MS) });
      else
        await listen(server, acknowledged, { done: 1 + random.below(PHOTOS_A_KILL[size] / 2), ms: random.below(300) });
      if (!server.isRunning())
        throw new Error(`kill ${kill}: the server ended by itself\n${server.log().slice(-1_000)}`);
      await server.kill(random.pick(['main', 'tree']));
      acknowledged.check(readTableIfThere(dataDir), `kill ${kill}`);
    }
    const sure = acknowledged.size;
    await using server = startServer({ dataDir, roots: [root], env: { APOLLO_URL: 'embedded' } });
    const { encoded, failed } = await (await server.api).settled(photos);
    acknowledged.check(readTable(dataDir), 'the end');
    if (encoded + failed !== photos || failed > 0) throw new Error(`${failed} of ${photos} photos failed`);
    return { kills: KILLS_A_ROUND[size], acknowledged: sure, lost: 0, orphans: 0, photos };
  },
  async control({ random, folder }: Round) {
    const row = (relPath: string, vector: Buffer | null): TableRow => ({
      relPath,
      vector,
      contentHash: 'a',
      status: vector === null ? 'pending' : 'encoded',
      reason: null,
      attempts: 0,
      isMissing: false,
    });
    const acknowledged = createAcknowledged();
    acknowledged.note(['a.jpg', 'b.jpg']);
    acknowledged.check([row('a.jpg', random.bytes(8)), row('b.jpg', random.bytes(8))], 'before');
    await mustFail('a lost row', () =>
      acknowledged.check([row('a.jpg', random.bytes(8)), row('b.jpg', null)], 'after'),
    );
    await mustFail('another vector', () =>
      acknowledged.check([row('a.jpg', random.bytes(8)), row('b.jpg', random.bytes(8))], 'after'),
    );
    const orphan = spawn('sleep', ['60'], { cwd: folder, stdio: 'ignore' });
    await mustFail('an orphan', () => expectGone([orphan.pid ?? 0], 'the control', 500)).finally(() =>
      orphan.kill('SIGKILL'),
    );
    return 'a row taken away, a vector changed and a process left behind are each noticed';
  },
};

export function makeFolders(folder: string): readonly [root: string, dataDir: string] {
  const [root, dataDir] = [join(folder, 'photos'), join(folder, 'data')];
  mkdirSync(root, { recursive: true });
  return [root, dataDir];
}

/** Takes down what the server says is encoded: until it is so many more, and then for so long. */
async function listen(
  { api, ended }: Server,
  acknowledged: Acknowledged,
  { done = 0, ms }: { readonly done?: number; readonly ms: number },
): Promise<void> {
  const before = acknowledged.size;
  const note = async (): Promise<void> => {
    const images = await (await api).images();
    acknowledged.note(images.filter(({ clipStatus }) => clipStatus === 'encoded').map(({ relPath }) => relPath));
  };
  const isGone = ended.then(() => true);
  const end = performance.now() + (done > 0 ? PATIENCE_MS : ms);
  while (performance.now() < end && (done === 0 || acknowledged.size < before + done)) {
    const left = Math.max(0, end - performance.now());
    const noted = note().then(
      () => false,
      () => false,
    );
    if (await Promise.race([noted, sleep(left, false), isGone])) return;
    await sleep(20);
  }
  if (done > 0) await sleep(ms);
}

/** Before the first migration there is no table. */
function readTableIfThere(dataDir: string): readonly TableRow[] {
  if (!existsSync(join(dataDir, 'clip-watch.db'))) return [];
  try {
    return readTable(dataDir);
  } catch (error) {
    if (error instanceof Error && error.message.includes('no such table')) return [];
    throw error;
  }
}
