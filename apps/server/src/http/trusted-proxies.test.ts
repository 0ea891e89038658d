import { expect, test } from 'vitest';
import { cameThroughProxy, trustOf } from './trusted-proxies.js';

test.each([
  [[], '127.0.0.1', false],
  [[], undefined, false],
  [['127.0.0.1'], '127.0.0.1', true],
  [['127.0.0.1'], '::ffff:127.0.0.1', true],
  [['127.0.0.1'], '127.0.0.2', false],
  [['10.0.0.0/8'], '10.9.8.7', true],
  [['10.0.0.0/8'], '11.0.0.1', false],
  [['fd00::/8'], 'fd12::1', true],
  [['10.0.0.0/8'], 'garbage', false],
  [['10.0.0.0/8'], undefined, false],
  [['unix'], undefined, true],
  [['unix'], '127.0.0.1', false],
])('%j believes %s: %s', (proxies, address, expected) => {
  expect(trustOf(proxies)(address)).toBe(expected);
});

test('a proxy that says so is known', () => {
  expect(cameThroughProxy({ host: 'localhost' })).toBe(false);
  for (const name of ['x-forwarded-for', 'x-forwarded-host', 'forwarded', 'via', 'x-real-ip'])
    expect(cameThroughProxy({ [name]: 'x' }), name).toBe(true);
});
