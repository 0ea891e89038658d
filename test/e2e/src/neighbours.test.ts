import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS_ROWS } from './access-rows.js';
import { type Served, startServed } from './served.js';

const NEIGHBOUR = 65_533;

interface AskOptions {
  readonly path: string;
  readonly method?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sends the request and closes at once, without waiting for the answer. */
  readonly leaves?: boolean;
}

// Bare sockets: a program of the neighbour's own, without a browser's manners.
const PROGRAM = `
const net = require('node:net');
const { host, port, requests } = JSON.parse(process.argv[1]);
const ask = ({ text, leaves }) => new Promise((resolve) => {
  let answer = '';
  const socket = net.connect(port, host, () => {
    socket.write(text);
    if (leaves) socket.destroySoon();
  });
  socket.on('data', (chunk) => { answer += chunk; });
  socket.on('error', () => {});
  socket.on('close', () => resolve(Number(/^HTTP\\/1\\.1 (\\d+)/.exec(answer)?.[1] ?? 0)));
});
(async () => {
  const statuses = [];
  for (const request of requests) statuses.push(await ask(request));
  process.stdout.write(JSON.stringify(statuses));
})();
`;

/** The statuses of the answers to another process, 0 where it did not wait for one. */
async function askAll(url: string, requests: readonly AskOptions[], uid?: number): Promise<readonly number[]> {
  const { hostname, port, host } = new URL(url);
  const target = { host: hostname.replace(/[[\]]/g, ''), port: Number(port) };
  const written = requests.map((request) => ({ text: toText(request, host), leaves: request.leaves === true }));
  const child = spawn(process.execPath, ['-e', PROGRAM, JSON.stringify({ ...target, requests: written })], {
    cwd: '/',
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let answer = '';
  child.stdout.on('data', (chunk: Buffer) => {
    answer += chunk.toString();
  });
  await once(child, 'close');
  return JSON.parse(answer) as number[]; // The program's own word.
}

function toText({ path, method = 'GET', ...options }: AskOptions, host: string): string {
  const body = options.body === undefined ? '' : JSON.stringify(options.body);
  const fixed = {
    host,
    connection: 'close',
    'content-type': 'application/json',
    'content-length': String(body.length),
  };
  const headers = Object.entries({ ...fixed, ...options.headers }).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${path} HTTP/1.1`, ...headers, '', body].join('\r\n');
}

async function ask(
  url: string,
  path: string,
  { uid, ...options }: Omit<AskOptions, 'path'> & { readonly uid?: number } = {},
): Promise<number | undefined> {
  return (await askAll(url, [{ ...options, path }], uid))[0];
}

function readToken({ dataDir }: Served): string {
  return readFileSync(join(dataDir, 'auth-token'), 'utf8').trim();
}

function canBeAnother(): boolean {
  if (process.platform === 'linux' && process.geteuid?.() === 0) return true;
  process.stderr.write(
    '\n*** SKIPPED: only root can act as another user, so the tests of neighbours do not run. ***\n\n',
  );
  return false;
}

const isRoot = canBeAnother();

describe.skipIf(!isRoot)('another user of this machine', { timeout: 180_000 }, () => {
  const photos = tempFolder();
  let served: Served;
  beforeAll(async () => {
    chmodSync(photos.path, 0o700);
    served = await startServed({});
  }, 180_000);
  afterAll(async () => {
    await served.stop();
    photos[Symbol.dispose]();
  });
  const libraries = async (): Promise<unknown> =>
    ((await (await fetch(`${served.url}/api/libraries`)).json()) as { items: unknown }).items;

  test('is asked for the token, where the own user is not', async () => {
    expect(await ask(served.url, '/api/libraries')).toBe(200);
    expect(await ask(served.url, '/api/libraries', { uid: NEIGHBOUR })).toBe(401);
    expect(await ask(served.url, '/', { uid: NEIGHBOUR })).toBe(200);
  });

  test('is refused at every route that needs the token', async () => {
    const rows = ACCESS_ROWS.filter(([, , needsToken]) => needsToken);
    const requests = rows.map(([method, url]) => ({ method, path: url.replace(':id', '4711') }));
    const statuses = await askAll(served.url, requests, NEIGHBOUR);
    expect(rows.filter((_, at) => statuses[at] !== 401).map(([method, url]) => `${method} ${url}`)).toEqual([]);
  });

  test('adds no folder, neither waiting for the answer nor gone before it', async () => {
    const body = { rootPath: photos.path };
    const add = { method: 'POST', body, uid: NEIGHBOUR };
    expect(await ask(served.url, '/api/libraries', add)).toBe(401);
    // Once its process has closed it, the kernel shows a connection as root's.
    const leaving = { path: '/api/libraries', method: 'POST', body, leaves: true };
    await askAll(served.url, Array(30).fill(leaving), NEIGHBOUR);
    expect(await libraries()).toEqual([]);
    expect(await ask(served.url, '/api/libraries', { method: 'POST', body })).toBe(201);
    expect(await libraries()).toHaveLength(1);
  });

  test('gets in with the token of the data folder, and not with another', async () => {
    const token = readToken(served);
    const authorization = `Bearer ${token}`;
    expect(await ask(served.url, '/api/libraries', { uid: NEIGHBOUR, headers: { authorization } })).toBe(200);
    const wrong = { authorization: `Bearer ${token.slice(1)}` };
    expect(await ask(served.url, '/api/libraries', { uid: NEIGHBOUR, headers: wrong })).toBe(401);
  });

  test('signs in once with the link that the server printed', async () => {
    const linkOf = (): string => /\?login#(\S+)\n/.exec(served.log())?.[1] ?? '';
    await expect.poll(linkOf).toHaveLength(43);
    const link = linkOf();
    const login = { method: 'POST', body: { link }, uid: NEIGHBOUR };
    expect(await ask(served.url, '/api/login', login)).toBe(204);
    expect(await ask(served.url, '/api/login', login)).toBe(401);
  });

  test('gets nothing from a proxy of the own user that says that it is one', async () => {
    for (const name of ['x-forwarded-for', 'forwarded', 'via'])
      expect(await ask(served.url, '/api/libraries', { headers: { [name]: '203.0.113.9' } }), name).toBe(401);
  });
});

describe.skipIf(!isRoot)('a server of an ordinary user', { timeout: 180_000 }, () => {
  test('lets in that user and root, on 127.0.0.1 and through an IPv6 socket', async () => {
    const user = 65_532;
    using home = tempFolder();
    chmodSync(home.path, 0o711);
    const data = join(home.path, 'data');
    mkdirSync(data);
    chownSync(data, user, user);
    await using served = await startServed({ CLIP_WATCH_DATA_DIR: data, HOME: data, TMPDIR: data }, [], { uid: user });
    for (const uid of [user, 0]) expect(await ask(served.url, '/api/libraries', { uid }), String(uid)).toBe(200);
    expect(await ask(served.url, '/api/libraries', { uid: NEIGHBOUR })).toBe(401);
    const mapped = served.url.replace('127.0.0.1', '[::ffff:127.0.0.1]');
    expect(await ask(mapped, '/api/libraries', { uid: user, headers: { host: '127.0.0.1' } })).toBe(200);
    expect(await ask(mapped, '/api/libraries', { uid: NEIGHBOUR, headers: { host: '127.0.0.1' } })).toBe(401);
  });
});

describe('a proxy on the same machine', { timeout: 180_000 }, () => {
  test('makes the token needed, for the own user too', async () => {
    await using served = await startServed({ TRUST_PROXY: '127.0.0.1' });
    expect(await ask(served.url, '/api/clip/status')).toBe(401);
    expect(await ask(served.url, '/api/clip/pause', { method: 'POST', body: {} })).toBe(401);
    const authorization = `Bearer ${readToken(served)}`;
    expect(await ask(served.url, '/api/clip/status', { headers: { authorization } })).toBe(200);
  });

  test('is refused when it is not named', async () => {
    await expect(startServed({ TRUST_PROXY: '1' })).rejects.toThrow('does not say which proxy');
  });
});
