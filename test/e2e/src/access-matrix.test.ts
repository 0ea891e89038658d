import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS_ROWS, isPage } from './access-rows.js';
import { writeColour } from './colour-photos.js';
import { openApp, openServer, type TestServer } from './open-server.js';

const TOKEN = 'the-token-of-the-access-tests';
const HOST = 'photos.lan';
const PROXY = '10.0.0.1';
const SECRET_NAME = 'nobody-may-know-this-name';

describe('who may ask for what', () => {
  const data = tempFolder();
  const photos = tempFolder();
  let server: TestServer;

  beforeAll(async () => {
    await writeColour(join(photos.path, `${SECRET_NAME}.jpg`), [200, 10, 10]);
    const env = { TRUST_PROXY: PROXY };
    server = await openServer({ dataDir: data.path, env, token: TOKEN, allowedHosts: [HOST] });
    const { library } = await server.host.keeper.add({ rootPath: photos.path });
    await server.host.keeper.scan(library.id);
  }, 180_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    data[Symbol.dispose]();
    photos[Symbol.dispose]();
  });

  const ask = async (method: string, url: string, headers: Record<string, string>): Promise<number> => {
    const address = url.replace(':id', '4711');
    const answer = await server.app.inject({
      method: method as 'GET',
      url: address,
      headers: { host: HOST, ...headers },
    });
    return answer.statusCode;
  };
  const REFUSED = new Set([401, 403, 421]);
  const authorization = `Bearer ${TOKEN}`;

  test('every route has its row', async () => {
    const openApi = await server.app.inject({ url: '/api/openapi.json', headers: { host: HOST, authorization } });
    const paths: Record<string, object> = openApi.json().paths;
    const documented = Object.entries(paths).flatMap(([url, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${url.replace('{id}', ':id')}`),
    );
    const routes = documented.filter((route) => !isPage(route.split(' ')[1] ?? '') && !route.startsWith('HEAD'));
    expect(routes.sort()).toEqual(ACCESS_ROWS.map(([method, url]) => `${method} ${url}`).sort());
  });

  test.each(ACCESS_ROWS)('%s %s', async (method, url, needsToken) => {
    expect(await ask(method, url, {})).toSatisfy((status: number) =>
      needsToken ? status === 401 : !REFUSED.has(status) || url === '/api/login',
    );
    for (const headers of [
      { authorization: 'Bearer wrong' },
      { authorization: `Bearer ${TOKEN}x` },
      { authorization: `Basic ${TOKEN}` },
      { cookie: `clip_watch_session=${TOKEN}` },
      { cookie: 'clip_watch_session=9999999999999.forged' },
    ])
      if (needsToken)
        expect(await ask(method, url, headers as Record<string, string>), JSON.stringify(headers)).toBe(401);
    for (const host of ['evil.example', `${HOST}.evil.example`, '127.0.0.1.evil.example', 'evil.example:8484'])
      expect(await ask(method, url, { authorization, host }), host).toBe(421);
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `https://${HOST}` },
    ])
      expect(
        await ask(method, url, { authorization, ...headers } as Record<string, string>),
        JSON.stringify(headers),
      ).toBe(403);
  });

  test.each([
    '/api/images/..%2f..%2fetc%2fpasswd/original',
    '/api/images/%2e%2e%2f%2e%2e%2fetc%2fpasswd/thumbnail',
    '/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
    '/..%2f..%2f..%2fetc%2fpasswd',
    '/assets/..%2f..%2f..%2fpackage.json',
    '//etc/passwd',
    '/api//images/1',
    '/API/clip/status',
    '/api/images/1%00/original',
  ])('%s gives nothing away', async (url) => {
    for (const headers of [{}, { authorization }]) {
      const answer = await server.app.inject({ url, headers: { host: HOST, ...headers } });
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.statusCode).toBeLessThan(500);
      expect(answer.body).not.toMatch(/root:|clip-watch\/server|\/home\/|node_modules/);
    }
  });

  test.each([
    ['no token', {}, 401],
    ['a wrong token', { authorization: 'Bearer wrong' }, 401],
    ['another host name', { authorization, host: 'evil.example' }, 421],
    ['another site', { authorization, 'sec-fetch-site': 'cross-site' }, 403],
  ] as const)('a refusal for %s says why and nothing else', async (_, headers, status) => {
    const needing = ACCESS_ROWS.filter(([, , needsToken]) => needsToken);
    for (const [method, url] of needing) {
      const answer = await server.app.inject({
        method: method as 'GET',
        url: url.replace(':id', '1'),
        headers: { host: HOST, ...headers },
        ...(method === 'POST' ? { payload: { text: 'red' } } : {}),
      });
      expect(answer.statusCode, url).toBe(status);
      expect(Object.keys(answer.json()).sort(), url).toEqual(['code', 'detail', 'status', 'title', 'type']);
      expect(answer.body, url).not.toContain(SECRET_NAME);
    }
  });

  test('with the token the photo is listed: there was something to keep', async () => {
    const answer = await server.app.inject({ url: '/api/images', headers: { host: HOST, authorization } });
    expect(answer.body).toContain(SECRET_NAME);
  });

  describe('beside a proxy and neighbours', () => {
    let own: TestServer['app'];
    let foreign: TestServer['app'];
    beforeAll(async () => {
      const options = { token: TOKEN, allowedHosts: [HOST] };
      own = await openApp(server.host, { ...options, isOwnPeer: async () => true });
      foreign = await openApp(server.host, { ...options, isOwnPeer: async () => false });
    });
    afterAll(async () => {
      await own.close();
      await foreign.close();
    });

    const forwarded = { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'localhost', 'x-forwarded-proto': 'https' };
    const cases = (): readonly (readonly [string, TestServer['app'], Record<string, string>, string])[] => [
      ['a trusted proxy', server.app, forwarded, PROXY],
      ['a trusted proxy that says nothing', server.app, {}, PROXY],
      ['headers of a proxy that is not trusted', server.app, forwarded, '127.0.0.1'],
      ['a proxy that is not trusted, run by the own user', own, forwarded, '127.0.0.1'],
      ['another local user', foreign, {}, '127.0.0.1'],
      ['another local user with headers of a proxy', foreign, forwarded, '127.0.0.1'],
    ];

    test('nothing that needs the token is given to anybody without it', async () => {
      const wrongAllows: string[] = [];
      for (const [who, app, headers, remoteAddress] of cases())
        for (const [method, url, needsToken] of ACCESS_ROWS) {
          if (!needsToken) continue;
          const address = url.replace(':id', '4711');
          const request = { method: method as 'GET', url: address, headers: { host: HOST, ...headers }, remoteAddress };
          const { statusCode } = await app.inject(request);
          if (statusCode !== 401) wrongAllows.push(`${who}: ${method} ${url} ${statusCode}`);
        }
      expect(wrongAllows).toEqual([]);
    });

    test('the own user is let in, and the token through the proxy: there was something to refuse', async () => {
      const url = '/api/images';
      const answers = [
        await own.inject({ url, headers: { host: HOST } }),
        await server.app.inject({
          url,
          headers: { host: '10.0.0.9', authorization, ...forwarded, 'x-forwarded-host': HOST },
          remoteAddress: PROXY,
        }),
      ];
      for (const answer of answers) expect(answer.body).toContain(SECRET_NAME);
    });
  });

  test('HEAD and OPTIONS need the token too', async () => {
    for (const [method, url, needsToken] of ACCESS_ROWS)
      if (needsToken && method === 'GET') expect(await ask('HEAD', url, {}), url).toBe(401);
    expect(await ask('OPTIONS', '/api/libraries', {})).toBe(401);
  });

  test('the token is traded for a session that is a cookie for this site only', async () => {
    const answer = await server.app.inject({
      method: 'POST',
      url: '/api/login',
      headers: { host: HOST },
      payload: { token: TOKEN },
    });
    expect(answer.statusCode).toBe(204);
    const cookie = String(answer.headers['set-cookie']);
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).not.toContain(TOKEN);
    expect(await ask('GET', '/api/clip/status', { cookie: cookie.split(';')[0] ?? '' })).toBe(200);
  });

  test('every answer has the headers that keep it private', async () => {
    for (const [method, url] of ACCESS_ROWS) {
      const answer = await server.app.inject({
        method: method as 'GET',
        url: url.replace(':id', '4711'),
        headers: { host: HOST },
      });
      expect(answer.headers['cache-control'], url).toMatch(/private|no-store/);
      expect(answer.headers['content-security-policy'], url).toContain("default-src 'none'");
      expect(answer.headers['x-content-type-options'], url).toBe('nosniff');
      expect(answer.headers['referrer-policy'], url).toBe('no-referrer');
    }
  });
});
