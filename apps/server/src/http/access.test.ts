import { expect, test } from 'vitest';
import { type AccessRequest, decideAccess, isAllowedHost, isSessionValid, makeSession, SESSION_MS } from './access.js';

const TOKEN = 'a-token-of-the-tests';
const NOW = 1_800_000_000_000;
const REQUEST: AccessRequest = {
  method: 'GET',
  host: 'localhost:8484',
  protocol: 'http',
  isOpen: false,
  isPage: false,
  headers: {},
  sessionCookie: undefined,
  now: NOW,
};
const LOCAL = { token: null, allowedHosts: new Set(['nas.lan']) };
const REMOTE = { token: TOKEN, allowedHosts: new Set(['nas.lan']) };

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
  expect(isAllowedHost(host, LOCAL.allowedHosts)).toBe(expected);
});

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
  expect(decideAccess({ ...REQUEST, headers }, LOCAL)).toBe(expected);
});

test('a link on another site may open a page, but not post to it', () => {
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  expect(decideAccess({ ...REQUEST, headers, isPage: true, isOpen: true }, LOCAL)).toBe('allowed');
  expect(decideAccess({ ...REQUEST, headers, isPage: true, isOpen: true, method: 'POST' }, LOCAL)).toBe('cross-site');
});

test.each([
  ['nothing', {}, undefined, 'unauthorized'],
  ['the token', { authorization: `Bearer ${TOKEN}` }, undefined, 'allowed'],
  ['another token', { authorization: 'Bearer nope' }, undefined, 'unauthorized'],
  ['an empty token', { authorization: 'Bearer ' }, undefined, 'unauthorized'],
  ['basic credentials', { authorization: `Basic ${TOKEN}` }, undefined, 'unauthorized'],
  ['a session', {}, makeSession(TOKEN, NOW), 'allowed'],
  ['a session of another token', {}, makeSession('other', NOW), 'unauthorized'],
  ['a session that ran out', {}, makeSession(TOKEN, NOW - SESSION_MS - 1), 'unauthorized'],
  ['a session made up', {}, `${NOW + 1_000}.abc`, 'unauthorized'],
] as const)('with %s it is %s', (_, headers, sessionCookie, expected) => {
  expect(decideAccess({ ...REQUEST, headers, sessionCookie }, REMOTE)).toBe(expected);
});

test('a wrong host is refused before the token is looked at', () => {
  const headers = { authorization: `Bearer ${TOKEN}` };
  expect(decideAccess({ ...REQUEST, headers, host: 'evil.example' }, REMOTE)).toBe('wrong-host');
});

test('a session whose time was moved on is refused', () => {
  const [expires = '', signature = ''] = makeSession(TOKEN, NOW).split('.');
  expect(isSessionValid(`${Number(expires) + 1}.${signature}`, TOKEN, NOW)).toBe(false);
});
