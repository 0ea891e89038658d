import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readActivity } from '@clip-watch/processes';
import { startBusyPrograms, tempFolder } from '@clip-watch/test-support';
import { expect } from 'vitest';
import { writeColour } from './colour-photos.js';
import { descendantsOf, type Served, startServed } from './served.js';

const PHOTOS = 16;
const WORKER = /(decode|vision|text|watch)-child\.js|--stop-with-parent/;
/** What the log says of a child that was killed, or ended by itself. */
const CHILD_ENDED = /decode child (ended|did not)|child ended|encoder ended|watches folders ended/;

/** The children that work for as long as the server does, by process id. */
function workersOf({ pid }: Served): readonly number[] {
  return descendantsOf(pid)
    .filter((id) => WORKER.test(commandLine(id)))
    .toSorted((left, right) => left - right);
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // It ended meanwhile.
  }
}

/** CPU time of a server and all its children. */
function cpuMsOf({ pid }: Served): number {
  return [...(readActivity(pid)?.threads.values() ?? [])].reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** @returns CPU time that a library of new photos cost, and how long it took */
async function encodeLibrary(server: Served, root: string, hue: number, patienceMs: number): Promise<Cost> {
  mkdirSync(root, { recursive: true });
  for (let n = 0; n < PHOTOS; n += 1) await writeColour(join(root, `${n}.jpg`), [hue, n * 6, 255 - n * 6]);
  const [cpuBefore, startedAt] = [cpuMsOf(server), performance.now()];
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ rootPath: root });
  const added = (await (await fetch(`${server.url}/api/libraries`, { method: 'POST', headers, body })).json()) as {
    id: number;
  };
  const counts = async (): Promise<unknown> => {
    const { items } = (await (await fetch(`${server.url}/api/libraries`)).json()) as {
      items: { id: number; counts: { encoded: number } }[];
    };
    return items.find(({ id }) => id === added.id)?.counts.encoded;
  };
  await expect.poll(counts, { timeout: patienceMs, interval: 250 }).toBe(PHOTOS);
  return { cpuMs: cpuMsOf(server) - cpuBefore, ms: performance.now() - startedAt };
}

interface Cost {
  readonly cpuMs: number;
  readonly ms: number;
}

/** A first scan and encode beside other programs: none of the children is killed, and none of the photos lost. */
export async function encodeBeside(programs: number, patienceMs: number): Promise<void> {
  using folder = tempFolder();
  await using server = await startServed({ APOLLO_URL: 'embedded' });
  const quiet = await encodeLibrary(server, join(folder.path, 'quiet'), 200, patienceMs);
  const workers = workersOf(server);
  let busy: Cost;
  {
    using _others = await startBusyPrograms(programs);
    busy = await encodeLibrary(server, join(folder.path, 'busy'), 20, patienceMs);
  }
  const [perPhoto, share] = [quiet.cpuMs / PHOTOS, busy.cpuMs / busy.ms];
  process.stdout.write(
    `beside ${programs} busy programs: ${PHOTOS} photos in ${Math.round(busy.ms / 1000)} s with ${(100 * share).toFixed(1)} % of a core; ` +
      `photos ÷ what that CPU time allows: ${((PHOTOS * perPhoto) / busy.cpuMs).toFixed(2)}\n`,
  );
  expect(workersOf(server)).toEqual(workers);
  expect(
    server
      .log()
      .split('\n')
      .filter((line) => CHILD_ENDED.test(line)),
  ).toEqual([]);
  expect(await (await fetch(`${server.url}/api/clip/status`)).json()).toMatchObject({ failed: 0, pending: 0 });
}
