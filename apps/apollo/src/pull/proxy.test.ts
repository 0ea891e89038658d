import { expect, test } from 'vitest';
import { chooseProxy } from './proxy.js';

test.each([
  ['https://a.example/x', {}, undefined],
  ['https://a.example/x', { https_proxy: 'http://p:3128' }, 'p:3128'],
  ['https://a.example/x', { HTTPS_PROXY: 'p:3128' }, 'p:3128'],
  ['http://a.example/x', { https_proxy: 'http://p:3128' }, undefined],
  ['http://a.example/x', { http_proxy: 'http://p:3128' }, 'p:3128'],
  ['https://a.example/x', { all_proxy: 'http://p:3128' }, 'p:3128'],
  ['https://a.example/x', { https_proxy: 'http://p:3128', no_proxy: 'b.example, a.example' }, undefined],
  ['https://a.example/x', { https_proxy: 'http://p:3128', no_proxy: '.example' }, undefined],
  ['https://a.example/x', { https_proxy: 'http://p:3128', no_proxy: '*' }, undefined],
  ['https://notexample/x', { https_proxy: 'http://p:3128', no_proxy: 'example' }, 'p:3128'],
  ['http://a.example:81/x', { http_proxy: 'http://p:3128', no_proxy: 'a.example:81' }, undefined],
  ['http://a.example/x', { http_proxy: '' }, undefined],
])('%s with %o goes by %s', (target, environment, expected) => {
  expect(chooseProxy(new URL(target), environment)?.host).toBe(expected);
});
