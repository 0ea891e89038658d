import { createHmac } from 'node:crypto';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openApp, openServer, type TestServer } from './open-server.js';

const TOKEN = 'the-token-of-the-guessing-tests';
const HOST = 'photos.example';
const LIMITS = { byAddress: 10, inAll: 100 };

interface Try {
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly login?: Readonly<Record<string, string>>;
}

describe('who guesses', () => {
  const data = tempFolder();
  let server: TestServer;
  let app: TestServer['app'];
  beforeAll(async () => {
    server = await openServer({ dataDir: data.path, env: { TRUST_PROXY: '127.0.0.1' } });
  }, 180_000);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    data[Symbol.dispose]();
  });
  // Each test counts from nothing.
  beforeEach(async () => {
    app = await openApp(server.host, { token: TOKEN, allowedHosts: [HOST], guesses: LIMITS });
  });
  afterEach(() => app.close());

  const send = ({ from = '203.0.113.1', headers = {}, login }: Try) =>
    app.inject({
      method: login === undefined ? 'GET' : 'POST',
      url: login === undefined ? '/api/clip/status' : '/api/login',
      headers: { host: HOST, ...headers },
      remoteAddress: from,
      ...(login === undefined ? {} : { payload: login }),
    });
  const statusOf = async (tried: Try): Promise<number> => (await send(tried)).statusCode;
  const guess = { headers: { authorization: 'Bearer guess' } };
  const right = { headers: { authorization: `Bearer ${TOKEN}` } };

  const statuses = async (count: number, tried: (at: number) => Try): Promise<readonly number[]> => {
    const met: number[] = [];
    for (let at = 0; at < count; at++) met.push(await statusOf(tried(at)));
    return met;
  };
  const refusedAfter = (met: readonly number[]): number => met.filter((status) => status === 401).length;

  test.each([
    ['tokens', () => guess],
    ['cookies', () => ({ headers: { cookie: 'clip_watch_session=9999999999999.forged' } })],
    ['cookies signed with the empty key', () => ({ headers: { cookie: `clip_watch_session=${signedWithNothing()}` } })],
    ['logins', () => ({ login: { token: 'guess' } })],
    ['login links', () => ({ login: { link: 'guess' } })],
    ['empty tokens', () => ({ headers: { authorization: 'Bearer \u00a0' } })],
  ] as const)('has ten wrong %s a minute', async (_, tried) => {
    const met = await statuses(15, tried);
    expect(met).toEqual([...Array(10).fill(401), ...Array(5).fill(429)]);
    const answer = await send(tried());
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
  });

  test('has ten of all kinds together', async () => {
    const kinds: Try[] = [
      guess,
      { headers: { cookie: 'clip_watch_session=1.x' } },
      { login: { token: 'guess' } },
      { login: { link: 'guess' } },
    ];
    expect(refusedAfter(await statuses(24, (at) => kinds[at % kinds.length]!))).toBe(10);
  });

  test('does not keep out who has the right proof, even at the same address', async () => {
    await statuses(20, () => guess);
    expect(await statusOf(guess)).toBe(429);
    expect(await statusOf(right)).toBe(200);
    const login = await send({ login: { token: TOKEN } });
    expect(login.statusCode).toBe(204);
    const cookie = String(login.headers['set-cookie']).split(';')[0] ?? '';
    expect(await statusOf({ headers: { cookie } })).toBe(200);
    expect(await statusOf({ headers: { cookie, authorization: 'Bearer guess' } })).toBe(200);
  });

  test('is no one who shows nothing, or what a proxy asks for: the page must learn that it has to log in', async () => {
    expect(await statuses(30, () => ({}))).toEqual(Array(30).fill(401));
    expect(await statuses(30, () => ({ headers: { authorization: 'Basic Z3Vlc3M6' } }))).toEqual(Array(30).fill(401));
  });

  test('loses the cookie that is not right', async () => {
    const answer = await send({ headers: { cookie: 'clip_watch_session=1.x' } });
    expect(String(answer.headers['set-cookie'])).toMatch(/^clip_watch_session=;.*Path=\/;.*Expires=Thu, 01 Jan 1970/);
  });

  test('gets nothing from a new forwarded address for each try, through the proxy or past it', async () => {
    const invented = (at: number): Record<string, string> => ({
      ...guess.headers,
      'x-forwarded-for': `198.51.100.${at}`,
    });
    expect(refusedAfter(await statuses(30, (at) => ({ headers: invented(at) })))).toBe(10);
    // The proxy adds whom it sees, behind what it was sent.
    const through = (at: number): Try => ({
      from: '127.0.0.1',
      headers: { ...guess.headers, 'x-forwarded-for': `198.51.100.${at}, 203.0.113.77` },
    });
    expect(refusedAfter(await statuses(30, through))).toBe(10);
    const garbled = (at: number): Try => ({
      from: '127.0.0.1',
      headers: { ...guess.headers, 'x-forwarded-for': `198.51.100.7:${at}` },
    });
    expect(refusedAfter(await statuses(30, garbled))).toBe(10);
  });

  test('is one address through the proxy, and another one is counted apart', async () => {
    const through = (client: string): Try => ({
      from: '127.0.0.1',
      headers: { ...guess.headers, 'x-forwarded-for': client },
    });
    expect(refusedAfter(await statuses(12, () => through('203.0.113.50')))).toBe(10);
    expect(await statusOf(through('203.0.113.51'))).toBe(401);
  });

  test('is a whole household with IPv6', async () => {
    const met = await statuses(30, (at) => ({ ...guess, from: `2001:db8:1:2::${at.toString(16)}` }));
    expect(refusedAfter(met)).toBe(10);
    expect(await statusOf({ ...guess, from: '2001:db8:1:3::1' })).toBe(401);
  });

  test('has a hundred from all addresses together', async () => {
    const met = await statuses(150, (at) => ({ ...guess, from: `198.51.100.${at}` }));
    expect(refusedAfter(met)).toBe(100);
    expect(await statusOf({ ...right, from: '198.51.100.200' })).toBe(200);
  });
});

function signedWithNothing(): string {
  const expires = Date.now() + 3_600_000;
  return `${expires}.${createHmac('sha256', '').update(`session ${expires}`).digest('base64url')}`;
}
