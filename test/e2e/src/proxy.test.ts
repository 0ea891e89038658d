import { tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openServer, type TestServer } from './open-server.js';

const TOKEN = 'the-token-of-the-proxy-tests';
const NAME = 'photos.example';

type Answer = Awaited<ReturnType<TestServer['app']['inject']>>;

describe.each([
  ['behind a proxy that is trusted', '127.0.0.1,10.0.0.0/8'],
  ['behind a proxy that is not', ''],
] as const)('%s', (_, trustProxy) => {
  const isTrusted = trustProxy !== '';
  const data = tempFolder();
  let server: TestServer;
  beforeAll(async () => {
    const env = { TRUST_PROXY: trustProxy };
    server = await openServer({ dataDir: data.path, env, token: TOKEN, allowedHosts: [NAME] });
  }, 180_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    data[Symbol.dispose]();
  });

  const ask = (headers: Record<string, string>, remoteAddress = '127.0.0.1'): Promise<Answer> =>
    server.app.inject({
      url: '/api/clip/status',
      headers: { host: NAME, authorization: `Bearer ${TOKEN}`, ...headers },
      remoteAddress,
    });

  test('the forwarded host counts only with trust', async () => {
    expect((await ask({ 'x-forwarded-host': 'evil.example' })).statusCode).toBe(isTrusted ? 421 : 200);
    expect((await ask({ host: '127.0.0.1:8484', 'x-forwarded-host': NAME })).statusCode).toBe(200);
  });

  test('a forwarded host does not speak for the raw one, which a page of another site cannot choose', async () => {
    for (const forwarded of ['localhost', NAME, '127.0.0.1'])
      expect((await ask({ host: 'evil.example', 'x-forwarded-host': forwarded })).statusCode, forwarded).toBe(421);
  });

  test('the forwarded protocol counts only with trust', async () => {
    const headers = { origin: `https://${NAME}`, 'x-forwarded-proto': 'https' };
    expect((await ask(headers)).statusCode).toBe(isTrusted ? 200 : 403);
    const login = await server.app.inject({
      method: 'POST',
      url: '/api/login',
      headers: { host: NAME, 'x-forwarded-proto': 'https' },
      payload: { token: TOKEN },
    });
    expect(/; Secure/.test(String(login.headers['set-cookie']))).toBe(isTrusted);
  });

  test('only who is named is a proxy', async () => {
    const headers = { origin: `https://${NAME}`, 'x-forwarded-proto': 'https' };
    expect((await ask(headers, '10.1.2.3')).statusCode).toBe(isTrusted ? 200 : 403);
    for (const stranger of ['203.0.113.9', '127.0.0.2', '192.168.1.1', 'fd00::1'])
      expect((await ask(headers, stranger)).statusCode, stranger).toBe(403);
  });
});

describe('under a base path', () => {
  const data = tempFolder();
  let server: TestServer;
  beforeAll(async () => {
    server = await openServer({ dataDir: data.path, env: { BASE_PATH: '/photos' } });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    data[Symbol.dispose]();
  });

  const get = (url: string): Promise<Answer> => server.app.inject({ url, headers: { host: 'localhost' } });

  test.each(['/photos/', '/', '/photos/?x=1'])(
    '%s is the page, whether the proxy cuts the path off or not',
    async (url) => {
      const answer = await get(url);
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, expect.stringContaining('text/html')]);
      expect(answer.body).toContain('<div id="app">');
    },
  );

  test.each([
    ['/photos', '/photos/'],
    ['/photos?x=1', '/photos/?x=1'],
  ])('%s leads to %s: the page looks for its scripts beside itself', async (url, location) => {
    const answer = await get(url);
    expect([answer.statusCode, answer.headers.location]).toEqual([308, location]);
  });

  test('every script and style of the page is there, under both addresses', async () => {
    const links = [...(await get('/photos/')).body.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, link]) => link);
    expect(links.length).toBeGreaterThan(1);
    for (const link of links)
      for (const base of ['/photos/', '/']) expect((await get(base + link)).statusCode, base + link).toBe(200);
  });

  test('data is under the path too, and what is not there is not the page', async () => {
    expect((await get('/photos/api/clip/status')).statusCode).toBe(200);
    expect((await get('/photos/healthz')).statusCode).toBe(200);
    for (const url of ['/photos/nothing', '/photosphere', '/photos/api/nothing', '/photos/assets/nothing.js'])
      expect((await get(url)).statusCode, url).toBe(404);
  });
});
