// A server that is stopped at any moment of whatever it does: for the tests of its end.
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MockApollo } from '@clip-watch/apollo-mock';
import { openDatabase } from '@clip-watch/db';
import { fromPixels, tempFolder } from '@clip-watch/test-support';
import { expect } from 'vitest';
import { runCli } from './run-cli.js';
import { descendantsOf, isAlive, type Served, startServed } from './served.js';

const PATIENCE_MS = 120_000;
const LONGEST_MOMENT_MS = 400;
const TRIES = 3;
/** What a machine that has more to do says of itself. */
const SLOW = /did not close in time|a slow tick/;

export const ACTIVITIES = ['a scan', 'encoding', 'searches', 'uploads', 'a backup'] as const;
export type Activity = (typeof ACTIVITIES)[number];

/** Photos of noise, each with bytes of its own. */
export async function writePhotos(folder: string, count: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const photo = await noise();
  for (let at = 0; at < count; at++)
    writeFileSync(join(folder, `${at}.png`), Buffer.concat([photo, Buffer.from(`${at}`)]));
}

const noise = (): Promise<Buffer> =>
  fromPixels({ width: 400, height: 300, data: randomBytes(400 * 300 * 3) })
    .png()
    .toBuffer();

export interface Ending {
  readonly activities: readonly Activity[];
  readonly photos: string;
  readonly apollo: MockApollo;
  readonly random: () => number;
}

/** Starts a server on a new data folder, lets it do these things, stops it in the middle, and looks what is left. */
export async function expectCleanEnding(ending: Ending): Promise<void> {
  // A machine that has more to do may need longer than the server lets itself. A stop that hangs hangs again.
  for (let tries = 1; (await endOnce(ending)) !== 0; tries++)
    expect(tries, 'killed itself each time').toBeLessThan(TRIES);
}

/** @returns 0, or null when the server killed itself because its end took too long: its database must be whole all the same */
async function endOnce({ activities, photos, apollo, random }: Ending): Promise<number | null> {
  using data = tempFolder();
  await using server = await startServed(
    { APOLLO_URL: apollo.address, CLIP_WATCH_DATA_DIR: data.path, LOG_LEVEL: 'info' },
    [photos],
  );
  const doing = { server, dataDir: data.path };
  const ends: Promise<unknown>[] = [];
  for (const activity of activities) ends.push((await BEGIN[activity](doing)).ended);
  await sleep(random() * LONGEST_MOMENT_MS); // Any moment is the point; nothing is expected of this one.
  const children = descendantsOf(server.pid);
  const code = await server.stop();
  expect([0, null], server.log().slice(-2_000)).toContain(code);
  await Promise.all(ends);
  await expect.poll(() => children.filter(isAlive), { timeout: PATIENCE_MS }).toEqual([]);
  const warnings = server.warnings().filter((line) => !SLOW.test(line));
  if (code === 0) expect(warnings, warnings.join('\n')).toEqual([]);
  await expectIntact(data.path);
  return code;
}

async function expectIntact(dataDir: string): Promise<void> {
  await using database = await openDatabase({ url: `file:${join(dataDir, 'clip-watch.db')}` });
  const counts = await database.images.counters();
  expect(counts.failed).toBe(0);
  expect(counts.photos).toBe(counts.encoded + counts.pending + counts.skipped);
  let rows = 0;
  for await (const batch of database.images.streamEmbeddings({
    modelVersion: (await database.clipState.read()).activeModelVersion ?? '',
  }))
    rows += batch.length;
  expect(rows).toBe(counts.encoded);
}

interface Doing {
  readonly server: Served;
  readonly dataDir: string;
}

/** Under way when the outer promise resolves, over when `ended` does: some time after the server. */
type Begin = (doing: Doing) => Promise<{ readonly ended: Promise<unknown> }>;

const BEGIN: Readonly<Record<Activity, Begin>> = {
  'a scan': (doing) => repeatedly(() => post(doing.server, '/api/libraries/1/scan', JSON_TYPE, '{}')),
  async encoding({ server }) {
    await expect.poll(() => encodedOf(server), { timeout: PATIENCE_MS }).toBeGreaterThan(0);
    return { ended: Promise.resolve() };
  },
  searches: (doing) =>
    repeatedly((turn) =>
      post(doing.server, '/api/search', JSON_TYPE, JSON.stringify({ text: `word ${turn} ${Math.random()}` })),
    ),
  async uploads(doing) {
    const picture = await noise();
    const body = Buffer.concat([Buffer.from(FORM_HEAD), picture, Buffer.from('\r\n--b--\r\n')]);
    const unfinished = startUpload(doing.server, body.subarray(0, body.length / 2));
    const { ended } = await repeatedly(() => post(doing.server, '/api/search/image', FORM, body));
    return { ended: Promise.all([ended, unfinished]) };
  },
  async 'a backup'({ dataDir, server }) {
    const copies = tempFolder();
    const copying = async (): Promise<void> => {
      for (let turn = 0; isAlive(server.pid); turn++) {
        const copy = join(copies.path, `${turn}.db`);
        const { code, stderr } = await runCli(['backup', copy], { dataDir });
        expect(code, stderr).toBe(0);
        await using database = await openDatabase({ url: `file:${copy}` });
        expect((await database.images.counters()).failed).toBe(0);
      }
      copies[Symbol.dispose]();
    };
    return { ended: copying() };
  },
};

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM = { 'content-type': 'multipart/form-data; boundary=b' };
const FORM_HEAD =
  '--b\r\ncontent-disposition: form-data; name="image"; filename="x.png"\r\ncontent-type: image/png\r\n\r\n';
const SIDE_BY_SIDE = 4;

/** Several at a time until the server takes no more. Resolves after the first answer. */
async function repeatedly(ask: (turn: number) => Promise<boolean>): Promise<{ readonly ended: Promise<unknown> }> {
  let onFirst = (): void => {};
  const first = new Promise<void>((resolve) => {
    onFirst = resolve;
  });
  const asking = async (): Promise<void> => {
    for (let turn = 0; await ask(turn); turn++) onFirst();
    onFirst();
  };
  const ended = Promise.all(Array.from({ length: SIDE_BY_SIDE }, asking));
  await first;
  return { ended };
}

/** @returns false once the server is gone */
async function post(
  { url }: Served,
  path: string,
  headers: Record<string, string>,
  body: string | Buffer<ArrayBuffer>,
): Promise<boolean> {
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body }).catch(() => null);
  await answer?.arrayBuffer().catch(() => {}); // Broken off by the end.
  return answer !== null;
}

function startUpload({ url }: Served, half: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const upload = request(`${url}/api/search/image`, { method: 'POST', headers: FORM, agent: false });
    upload.on('error', () => {}); // The server ends first.
    upload.on('response', (response) => response.resume());
    upload.once('close', resolve);
    upload.write(half);
  });
}

async function encodedOf({ url }: Served): Promise<number> {
  const { encoded } = (await (await fetch(`${url}/api/clip/status`)).json()) as { encoded: number }; // its own document
  return encoded;
}
