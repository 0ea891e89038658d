import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import { HostError } from '../errors.js';
import { type ConfigInput, readConfig } from './config.js';
import { createSettingsKeeper, keptSettingsFlaw } from './kept-settings.js';

function input(dataDir: string, parts: Partial<ConfigInput> = {}): ConfigInput {
  return { env: { CLIP_WATCH_DATA_DIR: dataDir, ...parts.env }, flags: parts.flags ?? {}, cwd: parts.cwd ?? dataDir };
}

function refusal(settings: ConfigInput): HostError {
  try {
    readConfig(settings);
  } catch (error) {
    if (error instanceof HostError) return error;
  }
  throw new Error('the settings were taken');
}

describe('readConfig', () => {
  test('takes the file, then the environment, then the flags, and says which one it was', () => {
    using folder = tempFolder();
    writeFileSync(
      join(folder.path, 'clip-watch.json'),
      JSON.stringify({ port: 1, host: 'a.example', scanIntervalS: 5 }),
    );
    const config = readConfig(input(folder.path, { env: { PORT: '2', HOST: 'b.example' }, flags: { port: '3' } }));
    expect([config.port, config.host, config.scanIntervalS]).toEqual([3, 'b.example', 5]);
    const { port, host, scanIntervalS, logLevel, dataDir } = config.sources;
    expect([port, host, scanIntervalS, logLevel, dataDir]).toEqual([
      'flag',
      'environment',
      'file',
      'default',
      'environment',
    ]);
  });

  test('names every unknown key and bad value at once', () => {
    using folder = tempFolder();
    writeFileSync(join(folder.path, 'clip-watch.json'), JSON.stringify({ prt: 1, scanIntervalS: 'soon' }));
    const error = refusal(
      input(folder.path, { env: { CLIP_WATCH_PORT: '1', LOG_LEVEL: 'loud', APOLLO_URL: 'http://x' } }),
    );
    expect(error.exitCode).toBe(2);
    for (const word of ['"prt"', 'did you mean port', 'scanIntervalS', 'CLIP_WATCH_PORT', 'LOG_LEVEL', 'APOLLO_URL'])
      expect(error.message).toContain(word);
    expect(error.message).not.toContain('\n');
  });

  test('leaves variables of the test bench alone, and reads an empty one as unset', () => {
    using folder = tempFolder();
    const config = readConfig(input(folder.path, { env: { CLIP_WATCH_TEST_SHARED: '/x', PORT: '' } }));
    expect([config.port, config.sources.port]).toEqual([8484, 'default']);
  });

  test.each([
    ['embedded', { enabled: true, addresses: [], embedded: true }],
    ['disabled', { enabled: false, addresses: [], embedded: false }],
    ['grpc://nas:50051', { enabled: true, addresses: ['grpc://nas:50051'], embedded: false }],
    [
      'grpcs://a:1, unix:/run/x.sock,embedded',
      { enabled: true, addresses: ['grpcs://a:1', 'unix:/run/x.sock'], embedded: true },
    ],
  ])('reads APOLLO_URL=%s', (text, expected) => {
    using folder = tempFolder();
    expect(readConfig(input(folder.path, { env: { APOLLO_URL: text } })).apolloUrl).toEqual(expected);
  });

  test.each([
    ['APOLLO_URL', 'embedded,grpc://a:1'],
    ['APOLLO_URL', 'http://a:1'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80a'],
    ['SCAN_INTERVAL_S', '0'],
    ['TRUST_PROXY', 'maybe'],
    ['TRUST_PROXY', '1'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', 'loopback'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['TRUST_PROXY', '127.0.0.1,proxy.lan'],
    ['LIBRARY_ROOTS', 'photos'],
    ['AUTH_TOKEN', 'aaaaaaaaaaaaaaaaaaaaaaaa'],
    ['AUTH_TOKEN', 'abcabcabcabcabcabcabcabc'],
    ['CLIP_QUIET_HOURS', '25:00-07:00'],
    ['CLIP_CPU_SHARE', '0'],
    ['NOTIFY_URL', 'file:///etc/passwd'],
    ['AUTH_TOKEN', 'short'],
    ['BASE_PATH', 'photos'],
    ['DATABASE_URL', 'mysql://x'],
    ['LOG_LEVEL', 'INFO'],
  ])('refuses %s=%s and names it', (name, value) => {
    using folder = tempFolder();
    expect(refusal(input(folder.path, { env: { [name]: value } })).message).toContain(name);
  });

  test.each([
    ['a port that is none', { APOLLO_URL: 'grpc://nas:99999' }, 'APOLLO_URL', 'port outside 1 to 65535'],
    ['a secret in the address', { APOLLO_URL: 'grpc://me:s3cret@nas:1' }, 'APOLLO_URL', 'is no address'],
    ['one address twice', { APOLLO_URL: 'grpc://nas:1,grpc://NAS:1' }, 'APOLLO_URL', 'twice'],
    ['a readable token', { APOLLO_URL: 'grpc://nas:1', APOLLO_TOKEN: 's3cret' }, 'APOLLO_TOKEN', 'use grpcs://'],
    ['a token with a space', { APOLLO_URL: 'grpcs://nas:1', APOLLO_TOKEN: 's3cret s3cret' }, 'APOLLO_TOKEN', 'a space'],
    ['no CA file', { APOLLO_URL: 'grpcs://nas:1', APOLLO_CA_FILE: '/nowhere/ca.pem' }, 'APOLLO_CA_FILE', '/nowhere'],
  ])('refuses %s before anything starts', (_what, env, variable, said) => {
    using folder = tempFolder();
    const { message } = refusal(input(folder.path, { env }));
    expect(message).toContain(variable);
    expect(message).toContain(said);
    expect(message).not.toContain('s3cret');
  });

  test('TRUST_PROXY=1 is told what to write instead', () => {
    using folder = tempFolder();
    expect(refusal(input(folder.path, { env: { TRUST_PROXY: '1' } })).message).toContain('such as 127.0.0.1');
    writeFileSync(join(folder.path, 'clip-watch.json'), JSON.stringify({ trustProxy: true }));
    expect(refusal(input(folder.path)).message).toContain('such as 127.0.0.1');
  });

  test.each([
    ['127.0.0.1, 10.0.0.0/8,unix', ['127.0.0.1', '10.0.0.0/8', 'unix']],
    ['fd00::/8', ['fd00::/8']],
    ['false', []],
  ])('reads TRUST_PROXY=%s', (text, expected) => {
    using folder = tempFolder();
    expect(readConfig(input(folder.path, { env: { TRUST_PROXY: text } })).trustProxy).toEqual(expected);
  });

  test('reads LIBRARY_ROOTS', () => {
    using folder = tempFolder();
    const { libraryRoots } = readConfig(input(folder.path, { env: { LIBRARY_ROOTS: '/photos/, /mnt/../srv' } }));
    expect(libraryRoots).toEqual(['/photos', '/srv']);
  });

  test('does not refuse a bad CLIP_ENCODE_CONCURRENCY of the environment, but one in the file', () => {
    using folder = tempFolder();
    expect(readConfig(input(folder.path, { env: { CLIP_ENCODE_CONCURRENCY: 'many' } })).clipEncodeConcurrency).toBe(
      'many',
    );
    writeFileSync(join(folder.path, 'clip-watch.json'), JSON.stringify({ clipEncodeConcurrency: 0 }));
    expect(refusal(input(folder.path)).message).toContain('clipEncodeConcurrency');
  });

  test('resolves typed paths against the folder they were typed in, and paths of the file against the data folder', () => {
    using folder = tempFolder();
    const typed = readConfig(input(folder.path, { env: { CLIP_MODEL_DIR: 'models/x' }, cwd: '/home/me' }));
    expect(typed.clipModelDir).toBe('/home/me/models/x');
    writeFileSync(join(folder.path, 'clip-watch.json'), JSON.stringify({ clipModelDir: 'models/x' }));
    expect(readConfig(input(folder.path)).clipModelDir).toBe(join(folder.path, 'models/x'));
  });

  test('says which file is no JSON', () => {
    using folder = tempFolder();
    writeFileSync(join(folder.path, 'clip-watch.json'), '{ port: 1 ');
    expect(refusal(input(folder.path)).message).toContain('clip-watch.json');
  });

  test('never shows a value in a refusal, which may be a secret', () => {
    using folder = tempFolder();
    expect(refusal(input(folder.path, { env: { AUTH_TOKEN: 'hunter2' } })).message).not.toContain('hunter2');
  });

  test('what was changed while the server ran wins over the file, and not over the environment and flags', async () => {
    using folder = tempFolder();
    writeFileSync(
      join(folder.path, 'clip-watch.json'),
      JSON.stringify({ clipEncodeConcurrency: 2, clipQuietHours: '01:00-02:00' }),
    );
    const keeper = createSettingsKeeper(folder.path);
    await Promise.all([
      keeper.keep({ clipEncodeConcurrency: 9 }),
      keeper.keep({ clipQuietHours: '' }),
      keeper.keep({ isPaused: true }),
    ]);
    const kept = readConfig(input(folder.path));
    expect([kept.clipEncodeConcurrency, kept.clipQuietHours, kept.isPaused]).toEqual(['9', null, true]);
    expect([kept.sources.clipEncodeConcurrency, kept.sources.clipQuietHours]).toEqual(['kept', 'kept']);
    const pinned = readConfig(input(folder.path, { env: { CLIP_ENCODE_CONCURRENCY: '3' } }));
    expect([pinned.clipEncodeConcurrency, pinned.sources.clipEncodeConcurrency]).toEqual(['3', 'environment']);
    expect(readdirSync(folder.path).sort()).toEqual(['clip-watch.json', 'kept-settings.json']);
  });

  test.each([
    ['cut off', '{"isPau'],
    ['of wrong types', '{"isPaused":"yes","clipEncodeConcurrency":0,"clipQuietHours":"all day"}'],
    ['no object', '[1]'],
    ['empty', ''],
  ])('kept settings that are %s refuse nothing and change nothing', (_, text) => {
    using folder = tempFolder();
    writeFileSync(join(folder.path, 'kept-settings.json'), text);
    const config = readConfig(input(folder.path));
    expect([config.isPaused, config.clipEncodeConcurrency, config.clipQuietHours]).toEqual([false, null, null]);
    const isWhole = text.startsWith('{') && text.endsWith('}');
    expect(keptSettingsFlaw(folder.path) === null).toBe(isWhole);
  });
});
