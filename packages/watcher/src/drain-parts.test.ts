import { describe, expect, test, vi } from 'vitest';
import type { ClipCandidate } from './clip-backlog.js';
import { Nap } from './drain/drain-timers.js';
import { ObservableState } from './drain/observable-state.js';
import { resolveDrainOptions } from './drain-options.js';
import { resolveEncodeConcurrency } from './encode-concurrency.js';
import { filterExcluded } from './exclude/filter-excluded.js';
import { compileExcluder } from './exclude/path-excluder.js';
import { OutageCounts } from './memory/outage-counts.js';
import { Throughput } from './memory/throughput.js';
import { ClaimBook } from './pass/claim-book.js';
import { type Turn, Turns } from './pass/library-turns.js';
import { bothEnds } from './pass/page-source.js';
import { passEndFromError } from './pass/pass-end.js';
import { workItem } from './testing/work-items.js';

describe('CLIP_ENCODE_CONCURRENCY', () => {
  test.each([
    ['8', 8, 0],
    [' 8 ', 8, 0],
    ['+8', 8, 0],
    [undefined, 4, 0],
    ['', 4, 0],
    ['0', 4, 1],
    ['-3', 4, 1],
    ['2.5', 4, 1],
    ['1e3', 4, 1],
    ['0x10', 4, 1],
    ['many', 4, 1],
    ['99999999999999999999', 4, 1],
  ])('%j is %d with %d warnings', (value, expected, warnings) => {
    const warn = vi.fn();
    expect(resolveEncodeConcurrency(value, { default: 4, log: { warn } })).toBe(expected);
    expect(warn).toHaveBeenCalledTimes(warnings);
  });
});

describe('options', () => {
  test('are filled', () => {
    expect(resolveDrainOptions()).toMatchObject({ pageSize: 256, leaseMs: 120_000, maxPerTick: Infinity });
  });

  test('out of bounds are all named at once', () => {
    const bad = { pageSize: 0, leaseMs: 1.5, decodeThreads: Number.NaN };
    expect(() => resolveDrainOptions(bad)).toThrow(/pageSize.*leaseMs.*decodeThreads/s);
  });
});

test.each([
  [[], []],
  [[1], [1]],
  [
    [1, 2, 3, 4, 5],
    [1, 5, 2, 4, 3],
  ],
  [
    [1, 2],
    [1, 2],
  ],
])('a page %j is worked from both ends: %j', (page, order) => {
  expect([...bothEnds<number>(page)]).toEqual(order);
});

test('the filter names what it drops and keeps the order of the rest', () => {
  const candidates = ['a.jpg', 'Private/b.jpg', 'notes.txt', 'c.HEIC'].map(
    (relPath, id): ClipCandidate => workItem({ id, relPath }).candidate,
  );
  const { kept, skipped } = filterExcluded(candidates, compileExcluder(['Private']));
  expect(kept.map(({ relPath }) => relPath)).toEqual(['a.jpg', 'c.HEIC']);
  expect(skipped.map(({ candidate, reason }) => [candidate.relPath, reason])).toEqual([
    ['Private/b.jpg', 'excluded'],
    ['notes.txt', 'not_an_image_name'],
  ]);
});

test('the throughput is that of the last half minute', () => {
  let now = 1_000_000;
  const throughput = new Throughput(() => now);
  expect(throughput.perSecond()).toBe(0);
  throughput.restart();
  for (let second = 0; second < 60; second += 1) {
    throughput.add(second < 30 ? 100 : 10);
    now += 1_000;
  }
  expect(throughput.perSecond()).toBeCloseTo(10, 0);
  now += 60_000;
  expect(throughput.perSecond()).toBe(0);
});

test('outages of few photos are counted: the oldest is forgotten', () => {
  const outages = new OutageCounts();
  for (let id = 0; id <= 10_000; id += 1) outages.add(id);
  outages.add(5);
  expect([outages.get(0), outages.get(5), outages.get(10_000)]).toEqual([0, 2, 1]);
  outages.clear(5);
  expect(outages.get(5)).toBe(0);
});

test.each([
  ['MISCONFIGURED', 'misconfigured'],
  ['MODEL_MISMATCH', 'misconfigured'],
  ['UNAVAILABLE', 'encoder-away'],
  ['CANCELLED', 'encoder-away'],
  ['BUSY', 'database'],
  ['DISK_FULL', 'database'],
  ['IO', 'database'],
  ['SOMETHING_NEW', 'bug'],
  [undefined, 'bug'],
])('an error with the code %s ends the pass as %s', (code, kind) => {
  expect(passEndFromError(Object.assign(new Error('told'), code === undefined ? {} : { code }))).toMatchObject({
    kind,
    reason: 'told',
  });
});

describe('a claim book', () => {
  const claim = (token: string, ids: readonly number[]) => ({
    token,
    owner: 'o',
    leaseUntil: 0,
    copied: 0,
    candidates: ids.map((id) => workItem({ id }).candidate),
  });

  test('extends what is open every third of the lease, and gives the rest back at the end', async () => {
    vi.useFakeTimers();
    const extendClaim = vi.fn(async () => 1);
    const releaseClaims = vi.fn(async () => 1);
    {
      await using book = new ClaimBook({ backlog: { extendClaim, releaseClaims }, leaseMs: 3_000 });
      book.add(claim('a', [1, 2]));
      book.add(claim('b', [3]));
      await vi.advanceTimersByTimeAsync(1_000);
      expect(extendClaim.mock.calls).toEqual([
        ['a', 3_000],
        ['b', 3_000],
      ]);
      book.settle('b', [3]);
      book.settle('a', [1]);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(extendClaim).toHaveBeenCalledTimes(3);
    }
    expect(releaseClaims.mock.calls).toEqual([['a', { ids: [2] }]]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(extendClaim).toHaveBeenCalledTimes(3);
    vi.useRealTimers();
  });

  test('survives a database that refuses', async () => {
    const refuse = async () => Promise.reject(new Error('full'));
    const warn = vi.fn();
    const log = { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn() };
    {
      await using book = new ClaimBook({
        backlog: { extendClaim: refuse, releaseClaims: refuse },
        leaseMs: 60_000,
        log,
      });
      book.add(claim('a', [1]));
    }
    expect(warn).toHaveBeenCalledOnce();
  });
});

test('a nap that is cut short before it begins is not taken', async () => {
  const nap = new Nap();
  nap.cutShort();
  await nap.take(3_600_000);
  nap.reset();
  const taken = nap.take(3_600_000);
  nap.cutShort();
  await taken;
});

test('an observable state tells those who wait, and forgets those who left', async () => {
  const observed = new ObservableState<'a' | 'b'>('a');
  const left = new AbortController();
  const waiting = observed.until(() => observed.state === 'b');
  const leaving = observed.until(() => observed.state === 'b', left.signal);
  left.abort(new Error('left'));
  await expect(leaving).rejects.toThrow('left');
  observed.enter('b', 'because');
  await waiting;
  expect(observed.reason).toBe('because');
});

test('libraries take turns; one that is through comes again only when it is woken', () => {
  const turns = new Turns([1, 2]);
  const take = (stage: Turn['stage']) => {
    const turn = turns.take();
    if (turn !== undefined) turns.putBack(Object.assign(turn, { stage }));
    return turn?.libraryId;
  };
  expect([take('pages'), take('pages'), take('done'), take('pages'), take('pages')]).toEqual([1, 2, 1, 2, 2]);
  turns.add([1, 2]); // 1 was through, 2 is not yet: it may have looked too early
  expect([take('done'), take('done'), take('done'), take('done')]).toEqual([2, 1, 2, undefined]);
});
