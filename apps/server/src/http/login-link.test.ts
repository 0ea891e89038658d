import { expect, test } from 'vitest';
import { createLoginLink, LOGIN_LINK_MS, loginAddress } from './login-link.js';

test('signs in once', () => {
  const link = createLoginLink(0);
  expect(link.redeem('another', 1)).toBe(false);
  expect(link.redeem('', 1)).toBe(false);
  expect(link.redeem(link.secret, 1)).toBe(true);
  expect(link.redeem(link.secret, 2)).toBe(false);
});

test('is too old after a while', () => {
  const link = createLoginLink(0);
  expect(link.redeem(link.secret, LOGIN_LINK_MS + 1)).toBe(false);
});

test('keeps its secret after the #, which no server is sent', () => {
  const link = createLoginLink(0);
  const address = new URL(loginAddress('http://127.0.0.1:8484/photos/', link));
  expect([address.pathname, address.search, address.hash]).toEqual(['/photos/', '?login', `#${link.secret}`]);
});
