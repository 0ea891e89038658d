import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeColour } from './colour-photos.js';
import { openServer, type TestServer } from './open-server.js';

const TOKEN = 'the-token-of-the-access-tests';
const HOST = 'photos.lan';
const SECRET_NAME = 'nobody-may-know-this-name';

type Row = readonly [method: string, url: string, needsToken: boolean];

// One row for every route; a route without a row fails below. The last column: whether it needs the token.
const ROWS: readonly Row[] = [
  ['GET', '/healthz', false],
  ['GET', '/readyz', false],
  ['GET', '/metrics', true],
  ['GET', '/api/openapi.json', true],
  ['POST', '/api/login', false],
  ['POST', '/api/logout', false],
  ['GET', '/api/libraries', true],
  ['POST', '/api/libraries', true],
  ['PATCH', '/api/libraries/:id', true],
  ['DELETE', '/api/libraries/:id', true],
  ['POST', '/api/libraries/:id/scan', true],
  ['POST', '/api/libraries/:id/accept-root', true],
  ['POST', '/api/libraries/:id/gone', true],
  ['GET', '/api/clip/status', true],
  ['POST', '/api/clip/pause', true],
  ['POST', '/api/clip/resume', true],
  ['POST', '/api/clip/model/switch', true],
  ['POST', '/api/clip/model/rollback', true],
  ['PATCH', '/api/clip/settings', true],
  ['GET', '/api/clip/failures', true],
  ['POST', '/api/clip/failures/retry', true],
  ['GET', '/api/images', true],
  ['GET', '/api/filters', true],
  ['GET', '/api/images/:id', true],
  ['GET', '/api/images/:id/clip', true],
  ['GET', '/api/images/:id/thumbnail', true],
  ['GET', '/api/images/:id/original', true],
  ['POST', '/api/search', true],
  ['POST', '/api/search/image', true],
  ['GET', '/api/events', true],
  ['GET', '/api/plugins', true],
];

const isPage = (url: string): boolean => !/^\/(api|metrics|healthz|readyz)(\/|$)/.test(url);

describe('who may ask for what', () => {
  const data = tempFolder();
  const photos = tempFolder();
  let server: TestServer;

  beforeAll(async () => {
    await writeColour(join(photos.path, `${SECRET_NAME}.jpg`), [200, 10, 10]);
    server = await openServer({ dataDir: data.path, token: TOKEN, allowedHosts: [HOST] });
    const { library } = await server.host.keeper.add({ rootPath: photos.path });
    await server.host.keeper.scan(library.id);
  });
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
    expect(routes.sort()).toEqual(ROWS.map(([method, url]) => `${method} ${url}`).sort());
  });

  test.each(ROWS)('%s %s', async (method, url, needsToken) => {
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
    const needing = ROWS.filter(([, , needsToken]) => needsToken);
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

  test('HEAD and OPTIONS need the token too', async () => {
    for (const [method, url, needsToken] of ROWS)
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

  test('logging in is limited', async () => {
    const statuses: number[] = [];
    for (let tries = 0; tries < 15; tries++)
      statuses.push(
        (
          await server.app.inject({
            method: 'POST',
            url: '/api/login',
            headers: { host: HOST },
            payload: { token: 'guess' },
          })
        ).statusCode,
      );
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    expect(statuses).not.toContain(204);
  });

  test('every answer has the headers that keep it private', async () => {
    for (const [method, url] of ROWS) {
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
