import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paintPicture, picture, rawContainer, tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { descendantsOf, type Served, startServed } from './served.js';

const PATIENCE_MS = 120_000;
const CANARY = 'canary-7f3aQ9';
/** One of each kind that a server has, by what stands in its command line. */
const KINDS = {
  decoder: 'decode-child.js\0{',
  exifTool: 'exiftool',
  lister: 'folder-child.js',
  watcher: 'watch-child.js',
  reader: 'original-child.js',
  encoder: '--stop-with-parent',
  session: 'vision-child.js',
  words: 'text-child.js',
} as const;

interface Seen {
  readonly commandLine: string;
  readonly environment: string;
}

function look(pid: number): Seen {
  const read = (name: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, 'utf8');
    } catch {
      return ''; // It ended meanwhile.
    }
  };
  return { commandLine: read('cmdline'), environment: read('environ') };
}

const authorised = { authorization: `Bearer ${CANARY}-AUTH_TOKEN` };

async function get(server: Served, path: string): Promise<Response> {
  return fetch(`${server.url}${path}`, { headers: authorised });
}

test.skipIf(process.platform !== 'linux')('no child of a server holds a secret', { timeout: 180_000 }, async () => {
  using folder = tempFolder();
  using photos = tempFolder();
  const photo = await picture(paintPicture(320, 240), 'jpeg');
  writeFileSync(join(photos.path, 'a.jpg'), photo);
  writeFileSync(join(photos.path, 'b.nef'), rawContainer(photo, 1));
  const secrets = {
    AUTH_TOKEN: `${CANARY}-AUTH_TOKEN`,
    APOLLO_TOKEN: `${CANARY}-APOLLO_TOKEN`,
    DATABASE_URL: `file:${join(folder.path, `${CANARY}-database.db`)}`,
    NOTIFY_URL: `http://127.0.0.1:9/${CANARY}-NOTIFY_URL`,
    SOMETHING_UNKNOWN: `${CANARY}-SOMETHING_UNKNOWN`,
    NODE_OPTIONS: `--title=${CANARY}-NODE_OPTIONS`,
  };
  await using server = await startServed({ ...secrets, APOLLO_URL: 'embedded' }, [photos.path]);
  const encoded = async (): Promise<number> =>
    ((await (await get(server, '/api/clip/status')).json()) as { encoded: number }).encoded;
  await expect.poll(encoded, { timeout: PATIENCE_MS }).toBe(2);

  const seen = new Map<string, Seen>();
  const unseen = async (): Promise<string[]> => {
    await (await get(server, '/api/images/1/original')).arrayBuffer();
    await fetch(`${server.url}/api/libraries/1/scan`, { method: 'POST', headers: authorised });
    for (const pid of descendantsOf(server.pid)) {
      const found = look(pid);
      if (found.commandLine !== '') seen.set(`${pid} ${found.commandLine}`, found);
    }
    const lines = [...seen.values()].map(({ commandLine }) => commandLine);
    return Object.entries(KINDS).flatMap(([kind, part]) => (lines.some((line) => line.includes(part)) ? [] : [kind]));
  };
  await expect.poll(unseen, { timeout: PATIENCE_MS }).toEqual([]);

  const own = look(server.pid); // control: what is there is found
  expect(Object.values(secrets).filter((secret) => !own.environment.includes(secret))).toEqual([]);
  expect([...seen.values()].filter(({ environment }) => environment.includes('PATH=')).length).toBeGreaterThan(5);
  const leaks = [...seen].filter(([, { commandLine, environment }]) => `${commandLine}${environment}`.includes(CANARY));
  expect(leaks.map(([who]) => who)).toEqual([]);
});
