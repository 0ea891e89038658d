import { expect, test } from 'vitest';
import { createProgressBar, formatProgress, type Progress } from './progress-bar.js';

const encoding = (done: number): Progress => ({
  label: 'encoding',
  done,
  total: 10,
  failed: 0,
  perSecond: 0,
  etaSeconds: null,
});

test.each<[Partial<Progress>, string]>([
  [{ done: 5 }, 'encoding  [############............] 5/10'],
  [
    { done: 5, perSecond: 2, failed: 1, etaSeconds: { low: 2, high: 90 } },
    'encoding  [############............] 5/10  2.0/s  2 s to 2 min left  1 failed',
  ],
  [{ total: 0 }, 'encoding  nothing to do'],
])('%j', (parts, line) => {
  expect(formatProgress({ ...encoding(0), ...parts })).toBe(line);
});

test('of a scan the end is not known', () => {
  const scanning = { label: 'scanning', done: 7, failed: 0, perSecond: 0, etaSeconds: null };
  expect([formatProgress(scanning), formatProgress({ ...scanning, read: 3 })]).toEqual([
    'scanning  7 found',
    'scanning  7 found  3 read',
  ]);
});

test('without a terminal it tells every ten seconds, and how it ended', () => {
  let now = 0;
  const lines: string[] = [];
  const bar = createProgressBar({ out() {}, err: (text) => void lines.push(text), isTerminal: false }, () => now);
  for (let done = 0; done <= 10; done++) {
    bar.show(encoding(done));
    now += 3_000;
  }
  bar.end();
  bar.end();
  expect(lines.map((line) => line.slice(-6))).toEqual([' 0/10\n', ' 4/10\n', ' 8/10\n', '10/10\n']);
});

test.each([
  [true, ['\rscanning  1 found', '\rscanning  9 found', '\n', '\rencoding  nothing to do', '\n']],
  [false, ['scanning  1 found\n', 'scanning  9 found\n', 'encoding  nothing to do\n']],
])('the next work leaves the last line of the one before (terminal: %s)', (isTerminal, expected) => {
  const lines: string[] = [];
  const bar = createProgressBar({ out() {}, err: (text) => void lines.push(text), isTerminal }, () => 0);
  const { total: _, ...unknown } = encoding(0);
  for (const done of [1, 9]) bar.show({ ...unknown, label: 'scanning', done });
  bar.show({ ...encoding(0), total: 0 });
  bar.end();
  expect(lines).toEqual(expected);
});

test('without a terminal nothing is told again that did not change', () => {
  let now = 0;
  const lines: string[] = [];
  const bar = createProgressBar({ out() {}, err: (text) => void lines.push(text), isTerminal: false }, () => now);
  for (const done of [0, 0, 0, 1, 1]) {
    bar.show(encoding(done));
    now += 60_000;
  }
  bar.end();
  expect(lines.map((line) => line.slice(-6))).toEqual([' 0/10\n', ' 1/10\n']);
});
