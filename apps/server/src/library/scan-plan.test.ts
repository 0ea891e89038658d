import type { KnownFile } from '@clip-watch/db';
import { expect, test } from 'vitest';
import type { FileStat } from './folder-protocol.js';
import { createIdSet } from './id-set.js';
import { byUrgency, isBelowAny, isResting, planScanBatch, REST_MS } from './scan-plan.js';

const NOW = 1_800_000_000_000;

function file(relPath: string, parts: Partial<FileStat> = {}): FileStat {
  return { relPath, size: 10, modifiedAtMs: 5, touchedAtMs: NOW - 60_000, ...parts };
}

function known(id: number, relPath: string, parts: Partial<KnownFile> = {}): KnownFile {
  return { id, relPath, fileSize: 10, modifiedAtMs: 5, contentHash: 'x', missingSince: null, ...parts };
}

test('takes new and changed files, leaves equal ones, and lets growing ones rest', () => {
  const files = [
    file('same.jpg'),
    file('new.jpg'),
    file('larger.jpg', { size: 11 }),
    file('touched.jpg', { modifiedAtMs: 6 }),
    file('growing.jpg', { touchedAtMs: NOW - 100 }),
    file('fresh-but-same.jpg', { touchedAtMs: NOW }),
  ];
  const rows = [known(1, 'same.jpg'), known(2, 'larger.jpg'), known(3, 'touched.jpg'), known(4, 'fresh-but-same.jpg')];
  const plan = planScanBatch(files, rows, NOW);
  expect(plan.seen).toEqual([1, 2, 3, 4]);
  expect(plan.work.map((work) => [work.file.relPath, work.isNew])).toEqual([
    ['new.jpg', true],
    ['larger.jpg', false],
    ['touched.jpg', false],
  ]);
  expect(plan.growing.map((work) => work.file.relPath)).toEqual(['growing.jpg']);
});

test.each([
  [REST_MS, true],
  [REST_MS - 1, false],
  [0, false],
  [-1, false],
  [-REST_MS - 1, true],
])('a file touched %d ms ago rests: %s', (age, expected) => {
  expect(isResting(file('a.jpg', { touchedAtMs: NOW - age }), NOW)).toBe(expected);
});

test('new before changed, small before large, then by path', () => {
  const work = [
    { file: file('c.jpg', { size: 1 }), isNew: false },
    { file: file('b.jpg', { size: 9 }), isNew: true },
    { file: file('z.jpg', { size: 2 }), isNew: true },
    { file: file('a.jpg', { size: 2 }), isNew: true },
  ];
  expect(work.sort(byUrgency).map((one) => one.file.relPath)).toEqual(['a.jpg', 'z.jpg', 'b.jpg', 'c.jpg']);
});

test.each([
  ['a/b/c.jpg', ['a/b'], true],
  ['a/bc/c.jpg', ['a/b'], false],
  ['c.jpg', ['.'], true],
  ['a/c.jpg', ['.'], false],
  ['a/c.jpg', [], false],
])('%s below %j: %s', (path, folders, expected) => {
  expect(isBelowAny(path, folders)).toBe(expected);
});

test('an id set grows and counts', () => {
  const ids = createIdSet();
  for (const id of [1, 1, 8, 100_000, 8_191]) ids.add(id);
  expect([ids.size, ids.has(1), ids.has(2), ids.has(100_000), ids.has(5_000_000)]).toEqual([
    4,
    true,
    false,
    true,
    false,
  ]);
});
