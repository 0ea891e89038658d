import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { type Child, type ChildEnd, type ChildOptions, startChild } from './child.js';
import { childEnvironment } from './child-environment.js';

const PATIENCE = { timeout: 20_000 };
const folder = tempFolder();
afterAll(() => folder[Symbol.dispose]());
let programs = 0;

function start(
  source: string,
  options: Partial<ChildOptions> = {},
): { readonly child: Child; readonly ends: ChildEnd[] } {
  const file = join(folder.path, `${programs++}.mjs`);
  writeFileSync(file, source);
  const ends: ChildEnd[] = [];
  const child = startChild({ file, env: childEnvironment(), onEnd: (end) => void ends.push(end), ...options });
  onTestFinished(() => child.kill('the test is over'));
  return { child, ends };
}

test('messages go both ways, and the end has one cause', async () => {
  const heard: unknown[] = [];
  const { child, ends } = start(`process.on('message', (m) => process.send(m + 1, () => process.exit(7)));`, {
    channel: 'json',
    onMessage: (message) => heard.push(message),
  });
  child.send(1);
  expect(await child.ended).toMatchObject({ cause: 'it ended with code 7', how: 'exit 7', isWanted: false });
  expect([heard, ends.length, child.hasEnded]).toEqual([[2], 1, true]);
  child.send(2); // nobody there, and no error
});

test.each([
  [`console.error('no such file'); process.exit(1)`, 'no such file'],
  [
    `const deeper = (left) => { if (left === 0) throw new TypeError('no such thing'); deeper(left - 1); }; deeper(50)`,
    'TypeError: no such thing',
  ],
  [`process.kill(process.pid, 'SIGSEGV'); setInterval(() => {}, 1000)`, 'it ended with SIGSEGV'],
])('%s ends with its own words, else with how', async (source, cause) => {
  expect((await start(source).child.ended).cause).toBe(cause);
});

test('of standard error only the end is kept', async () => {
  const { lastWords } = await start(`console.error('x'.repeat(100_000) + 'end')`).child.ended;
  expect(lastWords).toMatch(/^x+end$/);
  expect(lastWords.length).toBeLessThan(1000);
});

test('what it was killed for is the cause, the first of several', async () => {
  const { child } = start(`console.error('words'); setInterval(() => {}, 1000)`);
  child.kill('it grew');
  child.kill('it was silent');
  expect(await child.ended).toMatchObject({ cause: 'it grew', how: 'SIGKILL', isWanted: true });
});

test('stop asks politely, and insists', async () => {
  const polite = start(
    `process.on('SIGTERM', () => process.exit(0)); process.send('up'); setInterval(() => {}, 1000)`,
    {
      channel: 'json',
      onMessage: () => void polite.child.stop(20_000),
    },
  );
  expect(await polite.child.ended).toMatchObject({ how: 'exit 0', isWanted: false });
  const deaf = start(`process.on('SIGTERM', () => {}); process.send('up'); setInterval(() => {}, 1000)`, {
    channel: 'json',
    onMessage: () => void deaf.child.stop(50),
  });
  expect(await deaf.child.ended).toMatchObject({ how: 'SIGKILL', cause: 'it did not stop' });
});

test.skipIf(!existsSync('/proc/self/stat'))('a group ends with its child', async () => {
  const pids: number[] = [];
  const source = `import { spawn } from 'node:child_process';
    process.send(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']).pid); setInterval(() => {}, 1000)`;
  const { child } = start(source, { channel: 'json', ownGroup: true, onMessage: (pid) => void pids.push(Number(pid)) });
  await expect.poll(() => pids.length, PATIENCE).toBe(1);
  child.kill('over');
  await child.ended;
  await expect.poll(() => stateOf(pids[0]), PATIENCE).toMatch(/^$|Z/);
});

function stateOf(pid: number | undefined): string {
  try {
    return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}

test('a program that cannot be started says so', async () => {
  const { cause } = await start('', { file: join(folder.path, 'a'.repeat(200), 'none.mjs') }).child.ended;
  expect(cause).toMatch(/^Error: Cannot find module .*none\.mjs'$/);
});

test.skipIf(process.platform === 'win32')('without a descriptor left, it ends instead of throwing', () => {
  const file = join(folder.path, 'no-descriptors.mjs');
  const program = `
    import { closeSync, openSync } from 'node:fs';
    import { startChild } from ${JSON.stringify(new URL('../dist/child.js', import.meta.url).href)};
    const taken = [];
    try { for (;;) taken.push(openSync('/dev/null')); } catch {}
    startChild({ file: '/nowhere.mjs', env: {}, channel: 'json', pipes: [0, 1], onEnd({ how, error }) {
      for (const fd of taken) closeSync(fd);
      process.stdout.write(how + ' ' + error.code);
    } });`;
  writeFileSync(file, program);
  const told = spawnSync('sh', ['-c', `ulimit -n 64; exec "${process.execPath}" "${file}"`], { encoding: 'utf8' });
  expect(told).toMatchObject({ stdout: 'no start EMFILE', stderr: '', status: 0 });
});
