import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { threadPriorities } from '@clip-watch/test-support';
import { expect, onTestFinished, test } from 'vitest';

const BUILT = new URL('../dist/index.js', import.meta.url);
/** Has threads of every kind before it asks, and one that is started later. */
const PROGRAM = `
  import { readFile } from 'node:fs/promises';
  import { Worker } from 'node:worker_threads';
  import { lowerSession, lowerThreads } from '${BUILT.href}';
  await readFile('/dev/null');
  lowerThreads(10);
  lowerSession(10);
  new Worker('setInterval(() => {}, 1000)', { eval: true }).on('online', () => process.stdout.write('ready'));
`;

async function startProgram(detached: boolean): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    detached,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return Object.assign(child, { pid: child.pid ?? 0 });
}

const groupOf = (pid: number | 'self'): string => readFileSync(`/proc/${pid}/autogroup`, 'utf8');

test.skipIf(!existsSync('/proc/self/task'))(
  'every thread has it, those that were there and those that come',
  async () => {
    const { pid } = await startProgram(false);
    const found = threadPriorities(pid);
    expect(found.length).toBeGreaterThan(5);
    expect(found.filter(({ nice }) => nice !== 10)).toEqual([]);
  },
);

test.skipIf(!existsSync('/proc/self/autogroup'))('a session of its own is lowered with it', async () => {
  const { pid } = await startProgram(true);
  await expect.poll(() => groupOf(pid), { timeout: 20_000 }).toMatch(/ nice 10\n$/);
});

test.skipIf(!existsSync('/proc/self/autogroup'))('a session that it shares is left alone', async () => {
  const before = groupOf('self');
  const { pid } = await startProgram(false);
  expect([groupOf(pid), groupOf('self')]).toEqual([before, before]);
});
