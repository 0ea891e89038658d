import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { deadlineSignal, withDeadline } from './deadline.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

test('the time-out comes, whatever the garbage collector takes meanwhile', async () => {
  const collecting = setInterval(collectGarbage, 20);
  const outcome = await new Promise((resolve) =>
    deadlineSignal(200, new AbortController().signal).addEventListener('abort', resolve, { once: true }),
  ).finally(() => clearInterval(collecting));
  expect(outcome).toBeInstanceOf(Event);
});

test('the other signal comes first when it is first, with its reason', async () => {
  const other = new AbortController();
  const signal = deadlineSignal(3_600_000, other.signal);
  const aborted = once(signal, 'abort');
  other.abort(new Error('enough'));
  await aborted;
  expect(signal.reason).toEqual(new Error('enough'));
  expect(deadlineSignal(3_600_000, other.signal).aborted).toBe(true);
});

test('a time-out says what it is', async () => {
  const signal = deadlineSignal(1);
  await once(signal, 'abort');
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
});

test('work that takes longer is given up, work that does not gives its value', async () => {
  expect(await withDeadline(Promise.resolve(7), 3_600_000)).toBe(7);
  await expect(withDeadline(new Promise(() => {}), 1)).rejects.toThrow('it took longer than 1 ms');
});
