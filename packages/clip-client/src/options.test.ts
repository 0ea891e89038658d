import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createClipClient } from './clip-client.js';
import { resolveClipClientOptions } from './options.js';

const folder = mkdtempSync(join(tmpdir(), 'clip-watch-options-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function problemsOf(options: object): string {
  try {
    resolveClipClientOptions({ addresses: ['grpc://localhost:1'], ...options });
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
  return '';
}

test('fills the defaults', () => {
  const resolved = resolveClipClientOptions({ addresses: ['unix:/a', 'grpc://b:1'] });
  expect(resolved).toMatchObject({ concurrency: 4, itemTimeoutMs: 30_000, sendNames: false, clientName: 'clip-watch' });
  expect(resolved.addresses.map(({ text }) => text)).toEqual(['unix:/a', 'grpc://b:1']);
});

test.each([0, -1, 2.5, 257, Number.NaN, Number.POSITIVE_INFINITY, 'many', null])(
  'concurrency %j is refused',
  (concurrency) => {
    expect(problemsOf({ concurrency })).toMatch(/concurrency is .*, not a whole number from 1 to 256/);
  },
);

test('a token over plaintext to another machine is refused', () => {
  expect(problemsOf({ addresses: ['grpc://10.0.0.5:1'], token: 's3cret' })).toMatch(/10\.0\.0\.5.*use grpcs/);
  expect(problemsOf({ addresses: [], fallbackAddress: 'grpc://10.0.0.5:1', token: 's3cret' })).toMatch(/use grpcs/);
});

test.each(['grpc://127.0.0.1:1', 'grpc://localhost:1', 'grpc://[::1]:1', 'unix:/a', 'grpcs://10.0.0.5:1'])(
  'a token may go to %s',
  (address) => {
    expect(problemsOf({ addresses: [address], token: 's3cret' })).toBe('');
  },
);

test.each(['', 'two words', 'line\nbreak', 'ü'])('the token %j is refused without being told', (token) => {
  expect(problemsOf({ token })).toMatch(/token is empty or holds/);
  if (token !== '') expect(problemsOf({ token })).not.toContain(token);
});

test('a CA file that is none is refused', () => {
  const path = join(folder, 'ca.pem');
  writeFileSync(path, 'not a certificate');
  expect(problemsOf({ caFile: path })).toMatch(/ca\.pem, which holds no certificate/);
  expect(problemsOf({ caFile: join(folder, 'missing.pem') })).toMatch(/ENOENT/);
});

test('names every problem at once, and not the token', () => {
  const message = problemsOf({
    addresses: ['nowhere', 'grpc://10.0.0.5:1'],
    fallbackAddress: 'http://x',
    concurrency: 0,
    itemTimeoutMs: 0,
    modelVersion: '',
    token: 's3cret',
    caFile: join(folder, 'missing.pem'),
  });
  for (const part of [
    '"nowhere"',
    '"http://x"',
    'concurrency',
    'itemTimeoutMs',
    'modelVersion',
    '10.0.0.5',
    'missing.pem',
  ])
    expect(message).toContain(part);
  expect(message).not.toContain('s3cret');
});

test.each([[['unix:/a', 'unix:/a']], [['grpc://nas:1', 'grpc://NAS:1/']]])('%j lists an address twice', (addresses) => {
  expect(problemsOf({ addresses })).toMatch(/addresses holds .* twice/);
});

test('createClipClient throws before any socket', () => {
  expect(() => createClipClient({ addresses: ['grpc://localhost:1'], concurrency: 0 })).toThrow(TypeError);
});
