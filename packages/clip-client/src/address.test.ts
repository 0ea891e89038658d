import { expect, test } from 'vitest';
import { isLoopback, parseApolloAddress } from './address.js';

test.each([
  ['grpc://10.0.0.5:50051', { kind: 'grpc', target: 'dns:10.0.0.5:50051', host: '10.0.0.5', isLocal: false }],
  ['grpc://gpu-box:50051/', { kind: 'grpc', target: 'dns:gpu-box:50051', isLocal: false }],
  ['grpcs://apollo.example.org:443', { kind: 'grpcs', target: 'dns:apollo.example.org:443', isLocal: false }],
  ['grpc://[::1]:50051', { target: 'dns:[::1]:50051', host: '::1', isLocal: true }],
  ['grpc://[fd00::7]:50051', { host: 'fd00::7', isLocal: false }],
  ['grpc://LOCALHOST:1', { isLocal: true }],
  ['unix:/run/apollo.sock', { kind: 'unix', target: 'unix:/run/apollo.sock', isLocal: true }],
  ['unix:///run/apollo.sock', { kind: 'unix', target: 'unix:/run/apollo.sock' }],
])('reads %s', (text, expected) => {
  expect(parseApolloAddress(text)).toMatchObject({ ...expected, text });
});

test.each([
  '',
  'localhost:50051',
  'http://localhost:50051',
  'grpc://localhost',
  'grpc://localhost:0',
  'grpc://localhost:65536',
  'grpc://:50051',
  'grpc://a b:1',
  'grpc://host:1/path',
  'grpc://host:1?x=1',
  'grpc://user:secret@host:1',
  'unix:',
  'unix:relative.sock',
  'unix:/\0',
  `unix:/${'x'.repeat(107)}`,
  'embedded',
  'disabled',
])('refuses %j', (text) => {
  expect(() => parseApolloAddress(text)).toThrow(TypeError);
});

test('a secret in an address does not reach the error', () => {
  expect(() => parseApolloAddress('grpc://user:secret@host:1')).toThrow(/^(?!.*secret)/);
});

test.each(['localhost', 'a.localhost', '127.0.0.1', '127.8.9.1', '::1'])('%s never leaves this machine', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each(['127.0.0.1.evil.org', 'localhost.evil.org', '10.0.0.1', '0.0.0.0', '::', 'mylocalhost'])(
  '%s may',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);
