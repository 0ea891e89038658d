import type { KnownFile } from '@clip-watch/db';
import { expect, test } from 'vitest';
import { comparableFacts } from '../file-systems.js';
import type { FileStat } from '../folder-protocol.js';
import { createIdSet } from './id-set.js';
import { isMostGone } from './missing-brake.js';
import { byUrgency, isBelowAny, isResting, planScanBatch, REST_MS } from './scan-plan.js';

const NOW = 1_800_000_000_000;
const ALL = { changedAt: true, inode: true };

function file(relPath: string, parts: Partial<FileStat> = {}): FileStat {
  return { relPath, size: 10, modifiedAtMs: 5, changedAtMs: 7, inode: '9', touchedAtMs: NOW - 60_000, ...parts };
}

function known(id: number, relPath: string, parts: Partial<KnownFile> = {}): KnownFile {
  const facts = { fileSize: 10, modifiedAtMs: 5, changedAtMs: 7, inode: '9', contentHash: 'x', missingSince: null };
  return { id, relPath, ...facts, ...parts };
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
  const plan = planScanBatch(files, rows, NOW, ALL);
  expect(plan.seen).toEqual([1, 2, 3, 4]);
  expect(plan.work.map((work) => [work.file.relPath, work.isNew])).toEqual([
    ['new.jpg', true],
    ['larger.jpg', false],
    ['touched.jpg', false],
  ]);
  expect(plan.growing.map((work) => work.file.relPath)).toEqual(['growing.jpg']);
});

test.each([
  ['other bytes of the same size and time', { changedAtMs: 8 }, ALL, true],
  ['another file in its place', { inode: '10' }, ALL, true],
  ['a time of change where it is made up', { changedAtMs: 8, inode: '10' }, { changedAt: false, inode: false }, false],
  ['an inode on a share', { inode: '10' }, { changedAt: true, inode: false }, false],
])('%s: %j', (_name, parts, compare, isRead) => {
  const { work, seen } = planScanBatch([file('a.jpg', parts)], [known(1, 'a.jpg')], NOW, compare);
  expect([work.length, seen]).toEqual([isRead ? 1 : 0, [1]]);
});

test('a row of before learns its inode without being read', () => {
  const row = known(1, 'a.jpg', { changedAtMs: null, inode: null });
  const plan = planScanBatch([file('a.jpg')], [row], NOW, ALL);
  expect(plan).toEqual({ seen: [1], work: [], growing: [], unnoted: [{ id: 1, changedAtMs: 7, inode: '9' }] });
});

test.each([
  ['ext4', 0xef53, { changedAt: true, inode: true }],
  ['NFS', 0x6969, { changedAt: true, inode: false }],
  ['CIFS, sign-extended', -0xacb2be, { changedAt: false, inode: false }],
  ['FUSE', 0x65735546, { changedAt: false, inode: false }],
  ['exFAT', 0x2011bab0, { changedAt: false, inode: false }],
])('on %s', (_name, type, expected) => {
  expect(comparableFacts(type)).toEqual(expected);
});

test.each([
  [{ gone: 20, known: 20 }, 0, false],
  [{ gone: 11, known: 21 }, 0, true],
  [{ gone: 10, known: 21 }, 0, false],
  [{ gone: 1_000, known: 100_000 }, 0, false],
  [{ gone: 1_001, known: 100_000 }, 0, true],
  [{ gone: 60, known: 100 }, 60, false],
  [{ gone: 100, known: 100 }, 60, true],
  [{ gone: 30, known: 100 }, 60, false],
])('%j, %d of them confirmed: most is gone: %s', (gone, confirmed, expected) => {
  expect(isMostGone(gone, confirmed)).toBe(expected);
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
    { file: file('c.jpg', { size: 1 }), isNew: false, isBack: false },
    { file: file('b.jpg', { size: 9 }), isNew: true, isBack: false },
    { file: file('z.jpg', { size: 2 }), isNew: true, isBack: false },
    { file: file('a.jpg', { size: 2 }), isNew: true, isBack: false },
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
