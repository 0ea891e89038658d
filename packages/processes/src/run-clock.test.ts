import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { startBusyPrograms } from '@clip-watch/test-support';
import { expect, onTestFinished, test } from 'vitest';
import { TELLS_ACTIVITY } from './activity.js';
import type { HangCause } from './liveness.js';
import { createRunClock } from './run-clock.js';

const PATIENCE = { timeout: 60_000 };

function start(source: string, nice = 0): ChildProcess & { readonly pid: number } {
  const program = `require('node:os').setPriority(${nice}); ${source}`;
  const child = spawn(process.execPath, ['-e', program], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return Object.assign(child, { pid: child.pid ?? 0 });
}

function hangOf(pid: number | undefined, limitMs: number): HangCause[] {
  const causes: HangCause[] = [];
  createRunClock(pid).after(limitMs, (cause) => causes.push(cause));
  return causes;
}

test.skipIf(!TELLS_ACTIVITY)('a process that is stopped, sleeps or computes is told apart', async () => {
  const [stopped, asleep, endless] = [
    start('setInterval(() => {}, 1000)'),
    start('setInterval(() => {}, 1e6)'),
    start('for (;;);'),
  ];
  process.kill(stopped.pid, 'SIGSTOP');
  const causes = [hangOf(stopped.pid, 600), hangOf(asleep.pid, 2000), hangOf(endless.pid, 600)];
  await expect.poll(() => causes.flat().length, PATIENCE).toBe(3);
  expect(causes).toEqual([['stopped'], ['silent'], ['busy']]);
});

test.skipIf(!TELLS_ACTIVITY)(
  'beside busy programs the own time goes slower than the wall clock, and goes on',
  async () => {
    const child = start('for (;;);', 19);
    {
      using _busy = await startBusyPrograms(4 * availableParallelism());
      const own = hangOf(child.pid, 1500);
      for (let limits = 0; limits < 3; limits += 1) {
        const wall = hangOf(undefined, 1500); // control: without figures of a process the clock on the wall counts
        await expect.poll(() => wall, PATIENCE).toEqual(['silent']);
      }
      expect(own).toEqual([]);
    }
    const own = hangOf(child.pid, 1500); // it computes without end, and that has an end
    await expect.poll(() => own, PATIENCE).toEqual(['busy']);
  },
);

test('progress begins the limit anew, and a stopped timer says nothing', async () => {
  const clock = createRunClock(undefined);
  const heard: string[] = [];
  const refreshed = clock.after(1000, () => heard.push('refreshed'));
  clock.after(50, () => heard.push('stopped')).stop();
  const again = setInterval(() => refreshed.refresh(), 20);
  clock.after(1500, () => heard.push('over'));
  await expect.poll(() => heard, PATIENCE).toEqual(['over']);
  clearInterval(again);
  await expect.poll(() => heard, PATIENCE).toEqual(['over', 'refreshed']);
});
