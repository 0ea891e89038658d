import { expect, test } from 'vitest';
import { type PassEnd, planAfterPass } from './pass-end.js';

const top = () => 1;

test.each<[PassEnd['kind'], PassEnd]>([
  ['done', { kind: 'done', worked: true }],
  ['stopped', { kind: 'stopped' }],
])('%s: the drain rests', (_, end) => {
  expect(planAfterPass(end, 9, top)).toEqual({ kind: 'rest' });
});

test.each<[PassEnd, 'waiting' | 'misconfigured', number, number]>([
  [{ kind: 'encoder-away', reason: 'r' }, 'waiting', 500, 30_000],
  [{ kind: 'database', reason: 'r' }, 'waiting', 1_000, 60_000],
  [{ kind: 'decoder-away', reason: 'r' }, 'waiting', 1_000, 60_000],
  [{ kind: 'bug', reason: 'r', error: new Error('r') }, 'waiting', 60_000, 900_000],
  [{ kind: 'misconfigured', reason: 'r' }, 'misconfigured', 30_000, 300_000],
  [{ kind: 'suspicious', reason: 'r' }, 'misconfigured', 30_000, 300_000],
])('%o waits', (end, state, first, longest) => {
  expect(planAfterPass(end, 0, top)).toEqual({ kind: 'wait', state, reason: 'r', delayMs: first });
  expect(planAfterPass(end, 1_000, top)).toMatchObject({ delayMs: longest });
  expect(planAfterPass(end, 1_000, () => 0)).toMatchObject({ delayMs: longest / 2 });
});
