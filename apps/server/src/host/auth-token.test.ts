import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { badDisk, badDiskLibrary, tempFolder } from '@clip-watch/test-support';
import { afterAll, describe, expect, test } from 'vitest';
import { readOrMakeToken } from './auth-token.js';

const MODULE = new URL('../../dist/host/auth-token.js', import.meta.url).href;
const WHOLE = 'Gqg0qmQ0V4l9wLQ0n3rTFx1yXv8b2JtYkZc5uHsPaDE';

test('is made once, 32 random bytes for this user only, and stays', async () => {
  using data = tempFolder();
  const token = await readOrMakeToken(data.path);
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  expect(await readOrMakeToken(data.path)).toBe(token);
  expect(statSync(join(data.path, 'auth-token')).mode & 0o777).toBe(0o600);
  expect(readdirSync(data.path)).toEqual(['auth-token']);
});

test('of a whole file is taken, and the file closed to others', async () => {
  using data = tempFolder();
  writeFileSync(join(data.path, 'auth-token'), `${WHOLE}\n`, { mode: 0o644 });
  expect(await readOrMakeToken(data.path)).toBe(WHOLE);
  expect(statSync(join(data.path, 'auth-token')).mode & 0o777).toBe(0o600);
});

test.each([
  ['empty', '', 'is empty'],
  ['a line end alone', '\n', 'is empty'],
  ['a no-break space', '\u00a0', 'is empty'],
  ['half of one', WHOLE.slice(0, 20), 'is'],
  ['zeros of a power cut', '\0'.repeat(44), 'is damaged'],
  ['one letter', 'A'.repeat(43), 'is damaged'],
  ['with something in between', `${WHOLE.slice(0, 20)} ${WHOLE.slice(21)}`, 'is damaged'],
])('a file that is %s refuses to start, with its path and what to do', async (_, content, flaw) => {
  using data = tempFolder();
  const path = join(data.path, 'auth-token');
  writeFileSync(path, content);
  await expect(readOrMakeToken(data.path)).rejects.toMatchObject({
    code: 'BAD_TOKEN',
    message: expect.stringMatching(new RegExp(`${path} ${flaw}.*delete it and start again`)),
  });
  expect(readFileSync(path, 'utf8')).toBe(content);
  rmSync(path);
  expect(await readOrMakeToken(data.path)).toHaveLength(43);
});

test('a link is refused: another user may have put it there', async () => {
  using data = tempFolder();
  writeFileSync(join(data.path, 'elsewhere'), WHOLE);
  symlinkSync(join(data.path, 'elsewhere'), join(data.path, 'auth-token'));
  await expect(readOrMakeToken(data.path)).rejects.toMatchObject({ code: 'BAD_TOKEN' });
});

test('first starts at once end with one token', async () => {
  using data = tempFolder();
  const tokens = await Promise.all(Array.from({ length: 6 }, () => makeInProcess(data.path, {})));
  expect(new Set(tokens.map(({ out }) => out)).size).toBe(1);
  expect(tokens[0]?.out).toHaveLength(43);
  expect(readdirSync(data.path)).toEqual(['auth-token']);
});

describe('on a full disk', () => {
  const folder = tempFolder();
  const library = badDiskLibrary(folder.path);
  afterAll(() => folder[Symbol.dispose]());

  test.skipIf(library === undefined)('nothing stays behind, and the next start makes a whole one', async () => {
    using disk = badDisk(library!);
    chmodSync(disk.path, 0o700);
    disk.become('full');
    const failed = await makeInProcess(disk.path, disk.env);
    expect(failed.out).toContain('DATA_FOLDER');
    expect(failed.out).toContain('ENOSPC');
    expect(readdirSync(disk.path)).toEqual([]);
    disk.become('well');
    expect((await makeInProcess(disk.path, disk.env)).out).toHaveLength(43);
  });
});

/** What it gives or why it fails, in a process of its own. */
async function makeInProcess(
  dataDir: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly out: string }> {
  const script = `import(${JSON.stringify(MODULE)}).then((m) => m.readOrMakeToken(process.argv[1]))
    .then((token) => process.stdout.write(token), (error) => process.stdout.write(error.code + ' ' + error.message));`;
  const child = spawn(process.execPath, ['-e', script, dataDir], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  await once(child, 'close');
  return { out };
}
