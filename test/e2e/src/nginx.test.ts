import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Served, startServed } from './served.js';

const DOCUMENT = fileURLToPath(new URL('../../../docs/reverse-proxy.md', import.meta.url));
const NAME = 'home.example';

function hasNginx(): boolean {
  if (process.platform === 'linux' && spawnSync('nginx', ['-v']).status === 0) return true;
  process.stderr.write('\n*** SKIPPED: nginx is not installed, so nothing is asked through a real proxy. ***\n\n');
  return false;
}

/** The document's own lines, with the port or the socket of this server. */
function locationOf({ url }: Served): string {
  const text = readFileSync(DOCUMENT, 'utf8');
  const block = /```nginx\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const overSocket = /`proxy_pass (http:\/\/unix:[^;]+);`/.exec(text)?.[1] ?? '';
  const target = url.startsWith('unix:') ? overSocket.replace(/unix:.*/, url) : new URL(url).origin;
  return block.replace('http://127.0.0.1:8484', target);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** On a port of its own: one that somebody else took in the meantime ends it, and it is given another. */
async function startNginx(
  folder: string,
  location: string,
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  for (;;) {
    const port = await freePort();
    const child = spawnNginx(folder, port, location);
    // It says its id once it has the port.
    const isDecided = (): boolean => child.exitCode !== null || existsSync(join(folder, 'pid'));
    await vi.waitUntil(isDecided, { timeout: 60_000, interval: 50 });
    if (child.exitCode !== null) continue;
    await vi.waitFor(() => send(port, {}), { timeout: 60_000, interval: 100 });
    return { child, port };
  }
}

function spawnNginx(folder: string, port: number, location: string): ChildProcess {
  mkdirSync(join(folder, 'tmp'), { recursive: true });
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/tmp/${kind};`,
  );
  const user = process.geteuid?.() === 0 ? 'user root;' : '';
  const config = `${user} daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
    events {} http { access_log off; ${temp.join(' ')}
    server { listen 127.0.0.1:${port}; server_name ${NAME}; ${location} } }`;
  writeFileSync(join(folder, 'nginx.conf'), config);
  return spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], {
    stdio: 'ignore',
  });
}

interface Answer {
  readonly status: number;
  readonly cookie: string;
}

interface Sent {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly login?: string;
}

function send(port: number, { path = '/photos/api/clip/status', headers = {}, login }: Sent): Promise<Answer> {
  const options = {
    port,
    host: '127.0.0.1',
    // Of this machine, and yet not the proxy's own address, which is trusted.
    localAddress: '127.0.0.9',
    path: login === undefined ? path : '/photos/api/login',
    method: login === undefined ? 'GET' : 'POST',
    headers: { host: NAME, ...(login === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  };
  return new Promise((resolve, reject) => {
    const sent = request(options, (answer) => {
      answer
        .resume()
        .once('end', () =>
          resolve({ status: answer.statusCode ?? 0, cookie: answer.headers['set-cookie']?.[0] ?? '' }),
        );
    });
    sent.once('error', reject);
    sent.end(login === undefined ? undefined : JSON.stringify({ token: login }));
  });
}

describe.skipIf(!hasNginx()).each([
  ['a port', '127.0.0.1'],
  ['a socket', 'unix'],
])('behind nginx, set up as the document says, over %s', { timeout: 180_000 }, (_, proxy) => {
  const folder = tempFolder();
  let served: Served;
  let nginx: ChildProcess;
  let port = 0;
  let token = '';
  beforeAll(async () => {
    const listener = proxy === 'unix' ? { HOST: `unix:${join(folder.path, 'clip-watch.sock')}` } : {};
    served = await startServed({ ...listener, TRUST_PROXY: proxy, ALLOWED_HOSTS: NAME, BASE_PATH: '/photos' });
    token = readFileSync(join(served.dataDir, 'auth-token'), 'utf8').trim();
    ({ child: nginx, port } = await startNginx(folder.path, locationOf(served)));
  }, 180_000);
  afterAll(async () => {
    if (nginx?.exitCode === null && nginx.kill('SIGQUIT')) await once(nginx, 'exit');
    await served?.stop();
    folder[Symbol.dispose]();
  });

  test('the page comes, data only with the token', async () => {
    expect((await send(port, { path: '/photos/' })).status).toBe(200);
    expect((await send(port, {})).status).toBe(401);
    expect((await send(port, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    const { status, cookie } = await send(port, { login: token });
    expect([status, cookie]).toEqual([204, expect.stringContaining('Path=/photos/')]);
    expect((await send(port, { headers: { cookie: cookie.split(';')[0] ?? '' } })).status).toBe(200);
  });

  test('a host of somebody else is refused, whatever is forwarded', async () => {
    const authorization = `Bearer ${token}`;
    for (const forwarded of ['localhost', NAME])
      expect(
        (await send(port, { headers: { authorization, host: 'evil.example', 'x-forwarded-host': forwarded } })).status,
      ).toBe(421);
  });

  test('inventing an address for each try does not help who guesses', async () => {
    const statuses: number[] = [];
    for (let at = 0; at < 14; at++)
      statuses.push((await send(port, { login: 'guess', headers: { 'x-forwarded-for': `198.51.100.${at}` } })).status);
    expect(statuses).toEqual([...Array(10).fill(401), ...Array(4).fill(429)]);
    expect((await send(port, { login: token })).status).toBe(204);
  });
});
