import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS_ROWS } from './access-rows.js';
import { runCli } from './run-cli.js';
import { type Served, startServed } from './served.js';

const NAME = 'photos.example';
const FORWARDED = { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'localhost', 'x-forwarded-proto': 'https' };

interface Question {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function ask(
  socketPath: string,
  { method = 'GET', url, headers = {} }: Question,
): Promise<{ readonly status: number | undefined }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path: url, headers: { host: NAME, ...headers } }, (answer) => {
      resolve({ status: answer.statusCode });
      answer.destroy(); // Events never end.
    });
    asked.once('error', reject);
    asked.end();
  });
}

describe.each([
  ['a socket without a trusted proxy', ''],
  ['a socket whose proxy is trusted', 'unix'],
])('%s', (_, trustProxy) => {
  const isTrusted = trustProxy !== '';
  const folder = tempFolder();
  const socket = join(folder.path, 'clip-watch.sock');
  const env = {
    HOST: `unix:${socket}`,
    CLIP_WATCH_DATA_DIR: join(folder.path, 'data'),
    ALLOWED_HOSTS: NAME,
    TRUST_PROXY: trustProxy,
  };
  let server: Served;
  let authorization: string;
  beforeAll(async () => {
    server = await startServed(env);
    authorization = `Bearer ${readFileSync(join(env.CLIP_WATCH_DATA_DIR, 'auth-token'), 'utf8').trim()}`;
  });
  afterAll(async () => {
    await server.stop();
    folder[Symbol.dispose]();
  });

  test('gives nothing to anybody without the token', async () => {
    const wrongAllows: string[] = [];
    for (const headers of [{}, FORWARDED])
      for (const [method, url, needsToken] of ACCESS_ROWS) {
        if (!needsToken) continue;
        const { status } = await ask(socket, { method, url: url.replace(':id', '4711'), headers });
        if (status !== 401) wrongAllows.push(`${method} ${url} ${JSON.stringify(headers)}: ${status}`);
      }
    expect(wrongAllows).toEqual([]);
    expect((await ask(socket, { url: '/api/images', headers: { authorization } })).status).toBe(200);
  });

  test('believes forwarded headers only with trust', async () => {
    const url = '/api/clip/status';
    const secure = { authorization, origin: `https://${NAME}`, 'x-forwarded-proto': 'https' };
    expect((await ask(socket, { url, headers: secure })).status).toBe(isTrusted ? 200 : 403);
    const elsewhere = { authorization, 'x-forwarded-host': 'evil.example' };
    expect((await ask(socket, { url, headers: elsewhere })).status).toBe(isTrusted ? 421 : 200);
    expect((await ask(socket, { url, headers: { authorization, host: 'evil.example' } })).status).toBe(421);
  });

  test('counts wrong tokens by who is forwarded only with trust', async () => {
    const guess = (from: string): ReturnType<typeof ask> =>
      ask(socket, { url: '/api/images', headers: { authorization: 'Bearer guess', 'x-forwarded-for': from } });
    for (let n = 0; n < 10; n += 1) expect((await guess('198.51.100.1')).status).toBe(401);
    expect((await guess('198.51.100.1')).status).toBe(429);
    expect((await guess('198.51.100.2')).status).toBe(isTrusted ? 401 : 429);
    expect((await ask(socket, { url: '/api/images', headers: { authorization } })).status).toBe(200);
  });

  test('is for its user and group, and for one server at a time', async () => {
    expect(statSync(socket).mode & 0o777).toBe(0o660);
    using other = tempFolder();
    const second = await runCli(['serve'], { dataDir: other.path, env: { HOST: env.HOST, APOLLO_URL: 'disabled' } });
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining(`unix:${socket} is in use`)]);
    expect(server.log()).not.toContain('to sign in without the token, once');
  });

  test('is left by a server that was killed, taken over by the next, and gone with its end', async () => {
    process.kill(server.pid, 'SIGKILL');
    await expect.poll(() => ask(socket, { url: '/healthz' }).catch(() => 'nobody'), { timeout: 60_000 }).toBe('nobody');
    expect(existsSync(socket)).toBe(true);
    server = await startServed(env);
    expect((await ask(socket, { url: '/healthz' })).status).toBe(200);
    expect(await server.stop()).toBe(0);
    expect(existsSync(socket)).toBe(false);
  });
});

test('a file that is no socket is refused by name, and kept', async () => {
  using data = tempFolder();
  const file = join(data.path, 'precious.txt');
  writeFileSync(file, 'precious');
  const { code, stderr } = await runCli(['serve'], {
    dataDir: join(data.path, 'data'),
    cwd: data.path,
    env: { HOST: `unix:${file}`, APOLLO_URL: 'disabled' },
  });
  expect([code, stderr]).toEqual([1, expect.stringContaining(`cannot listen on unix:${file}`)]);
  expect(readFileSync(file, 'utf8')).toBe('precious');
});

test.each([
  ['unix:', 'is no socket like unix:/run/clip-watch.sock'],
  ['unix:clip-watch.sock', 'is no socket like unix:/run/clip-watch.sock'],
  [`unix:/${'x'.repeat(107)}`, 'choose a shorter path'],
])('HOST=%s is refused by name', async (host, words) => {
  using data = tempFolder();
  const { code, stderr } = await runCli(['config'], { dataDir: data.path, env: { HOST: host } });
  expect([code, stderr]).toEqual([2, expect.stringMatching(new RegExp(`HOST .*${words}`))]);
});
