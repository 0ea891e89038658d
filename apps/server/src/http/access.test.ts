import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  type AccessRequest,
  decideAccess,
  isAllowedHost,
  isSameSecret,
  judgeSession,
  makeSession,
  SESSION_MS,
} from './access.js';

const TOKEN = 'a-token-of-the-tests';
const NOW = 1_800_000_000_000;
const REQUEST: AccessRequest = {
  method: 'GET',
  host: 'localhost:8484',
  rawHost: 'localhost:8484',
  protocol: 'http',
  isOpen: false,
  isPage: false,
  headers: {},
  sessionCookie: undefined,
  now: NOW,
};
const RULES = { token: TOKEN, allowedHosts: new Set(['nas.lan']) };

test.each([
  ['localhost', true],
  ['localhost:8484', true],
  ['127.0.0.1:1', true],
  ['192.168.1.9', true],
  ['[::1]:8484', true],
  ['NAS.lan:8484', true],
  ['evil.example', false],
  ['nas.lan.evil.example', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['', false],
  ['nas.lan@evil.example', false],
  ['nas.lan/..', false],
])('host %s allowed: %s', (host, expected) => {
  expect(isAllowedHost(host, RULES.allowedHosts)).toBe(expected);
});

const PROVED = { authorization: `Bearer ${TOKEN}` };

test.each([
  ['no browser', {}, 'allowed'],
  ['the page itself', { 'sec-fetch-site': 'same-origin' }, 'allowed'],
  ['typed in', { 'sec-fetch-site': 'none' }, 'allowed'],
  ['another site', { 'sec-fetch-site': 'cross-site' }, 'cross-site'],
  ['a neighbour', { 'sec-fetch-site': 'same-site' }, 'cross-site'],
  ['another site navigating to data', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 'cross-site'],
  ['an old browser here', { origin: 'http://localhost:8484' }, 'allowed'],
  ['an old browser elsewhere', { origin: 'https://evil.example' }, 'cross-site'],
  ['a sandboxed frame', { origin: 'null' }, 'cross-site'],
] as const)('%s is %s', (_, headers, expected) => {
  expect(decideAccess({ ...REQUEST, headers: { ...PROVED, ...headers } }, RULES)).toBe(expected);
});

test('a link on another site may open a page, but not post to it', () => {
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  expect(decideAccess({ ...REQUEST, headers, isPage: true, isOpen: true }, RULES)).toBe('allowed');
  expect(decideAccess({ ...REQUEST, headers, isPage: true, isOpen: true, method: 'POST' }, RULES)).toBe('cross-site');
});

test.each([
  ['nothing', {}, undefined, 'no-proof'],
  ['the token', { authorization: `Bearer ${TOKEN}` }, undefined, 'allowed'],
  ['another token', { authorization: 'Bearer nope' }, undefined, 'wrong-proof'],
  ['an empty token', { authorization: 'Bearer ' }, undefined, 'no-proof'],
  ['a token of one space that is none', { authorization: 'Bearer \u00a0' }, undefined, 'wrong-proof'],
  ['basic credentials', { authorization: `Basic ${TOKEN}` }, undefined, 'no-proof'],
  ['a session', {}, makeSession(TOKEN, NOW), 'allowed'],
  ['a session of another token', {}, makeSession('other', NOW), 'wrong-proof'],
  ['a wrong token beside a session', { authorization: 'Bearer nope' }, makeSession(TOKEN, NOW), 'allowed'],
  ['a session that ran out', {}, makeSession(TOKEN, NOW - SESSION_MS - 1), 'no-proof'],
  ['a session made up', {}, `${NOW + 1_000}.abc`, 'wrong-proof'],
] as const)('with %s it is %s', (_, headers, sessionCookie, expected) => {
  expect(decideAccess({ ...REQUEST, headers, sessionCookie }, RULES)).toBe(expected);
});

test('a wrong host is refused before the token is looked at, forwarded or not', () => {
  for (const names of [{ host: 'evil.example' }, { rawHost: 'evil.example' }])
    expect(decideAccess({ ...REQUEST, headers: PROVED, ...names }, RULES)).toBe('wrong-host');
});

test('a session whose time was moved on is refused', () => {
  const [expires = '', signature = ''] = makeSession(TOKEN, NOW).split('.');
  expect(judgeSession(`${Number(expires) + 1}.${signature}`, TOKEN, NOW)).toBe('forged');
});

test('where the token were empty, nothing would open: no empty bearer, no cookie signed with the empty key', () => {
  const rules = { ...RULES, token: '' };
  const expires = NOW + 1_000;
  const signed = createHmac('sha256', '').update(`session ${expires}`).digest('base64url');
  expect(decideAccess({ ...REQUEST, sessionCookie: `${expires}.${signed}` }, rules)).toBe('wrong-proof');
  for (const blank of ['\u00a0', ' ', ''])
    expect(decideAccess({ ...REQUEST, headers: { authorization: `Bearer ${blank}` } }, rules)).not.toBe('allowed');
  expect(isSameSecret('', '')).toBe(false);
  expect(() => makeSession('', NOW)).toThrow('empty');
});
