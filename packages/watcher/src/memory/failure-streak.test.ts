import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../ledger-entry.js';
import { embeddingEntry, failureEntry, workItem } from '../testing/work-items.js';
import { PermanentStreakGuard, permanentSign, SUSPICIOUS_STREAK } from './failure-streak.js';
import { environmentSign } from './library-pauses.js';

const permanent = (id: number, reason = 'undecodable') => failureEntry({ reason }, workItem({ id }));
const streak = (count: number, from = 1, reason?: string) =>
  Array.from({ length: count }, (_, index) => permanent(from + index, reason));

function writtenBy(guard: PermanentStreakGuard, entries: readonly LedgerEntry[]): readonly LedgerEntry[] {
  return entries.flatMap((entry) => {
    const verdict = guard.note(entry);
    return verdict.kind === 'write' ? verdict.entries : [];
  });
}

describe('signs', () => {
  const release: LedgerEntry = { kind: 'release', item: workItem() };
  test.each([
    ['an embedding', embeddingEntry(), 'breaks', 'neutral'],
    ['a final failure', permanent(1), 'continues', 'breaks'],
    ['a photo that is tried again', failureEntry({ final: false }), 'neutral', 'breaks'],
    [
      'a lost mount',
      failureEntry({ final: false, errorClass: 'environment', reason: 'unreadable' }),
      'neutral',
      'continues',
    ],
    [
      'one odd file',
      failureEntry({ final: false, errorClass: 'environment', reason: 'not_a_regular_file' }),
      'neutral',
      'neutral',
    ],
    [
      'a busy encoder',
      failureEntry({ final: false, errorClass: 'service', reason: 'overloaded' }),
      'neutral',
      'neutral',
    ],
    ['our own fault', failureEntry({ final: false, errorClass: 'bug', reason: 'decoder_bug' }), 'neutral', 'neutral'],
    ['a row given back', release, 'neutral', 'neutral'],
  ] as const)('%s', (_, entry, forPermanent, forEnvironment) => {
    expect(permanentSign(entry)).toBe(forPermanent);
    expect(environmentSign(entry)).toBe(forEnvironment);
  });

  test.each(['changed', 'changed_while_reading', 'not_a_regular_file', 'outside_library', 'needs_perl'])(
    '%s is the affair of one file, not of its disk',
    (reason) => {
      expect(environmentSign(failureEntry({ final: false, errorClass: 'environment', reason }))).toBe('neutral');
    },
  );
});

describe('the guard of permanent failures', () => {
  test('writes nothing of a streak that is still open', () => {
    const guard = new PermanentStreakGuard();
    expect(writtenBy(guard, streak(SUSPICIOUS_STREAK - 1))).toEqual([]);
    expect(guard.isSuspicious).toBe(false);
  });

  test('writes a streak, in its order, once a photo is encoded', () => {
    const guard = new PermanentStreakGuard();
    const failures = streak(3);
    const good = embeddingEntry(workItem({ id: 99 }));
    expect(writtenBy(guard, [...failures, good])).toEqual([...failures, good]);
  });

  test('another reason begins another streak', () => {
    const guard = new PermanentStreakGuard();
    const written = writtenBy(guard, [...streak(15, 1, 'corrupt'), ...streak(15, 16, 'undecodable')]);
    expect(written).toHaveLength(15);
    expect(guard.isSuspicious).toBe(false);
  });

  test('is suspicious at the twentieth different photo', () => {
    const guard = new PermanentStreakGuard();
    writtenBy(guard, streak(SUSPICIOUS_STREAK));
    expect(guard.isSuspicious).toBe(true);
  });

  test('names the reason of the streak that is open, and of none once it has ended', () => {
    const guard = new PermanentStreakGuard();
    expect(guard.reason).toBeUndefined();
    writtenBy(guard, streak(2, 1, 'corrupt'));
    expect(guard.reason).toBe('corrupt');
    guard.note(embeddingEntry());
    expect(guard.reason).toBeUndefined();
  });

  test('a photo that is tried again is written at once, and the streak around it goes on', () => {
    const guard = new PermanentStreakGuard();
    const again = failureEntry({ final: false }, workItem({ id: 99 }));
    writtenBy(guard, streak(SUSPICIOUS_STREAK - 1));
    expect(guard.note(again)).toEqual({ kind: 'write', entries: [again] });
    expect(guard.note(permanent(SUSPICIOUS_STREAK))).toEqual({ kind: 'suspicious' });
  });

  test('while it is suspicious, permanent failures are held and everything else is written', () => {
    const guard = new PermanentStreakGuard();
    writtenBy(guard, streak(SUSPICIOUS_STREAK));
    expect(guard.note(permanent(50))).toEqual({ kind: 'suspicious' });
    for (const entry of [embeddingEntry(), failureEntry({ final: false })])
      expect(guard.note(entry)).toEqual({ kind: 'write', entries: [entry] });
    expect(guard.settle()).toHaveLength(SUSPICIOUS_STREAK + 1);
  });

  test('a streak that wrote nothing in earlier passes names none of them when it is revoked', () => {
    const guard = new PermanentStreakGuard();
    const failures = streak(SUSPICIOUS_STREAK);
    writtenBy(guard, failures);
    const release = failures.map(({ item }) => ({ kind: 'release', item }));
    expect(guard.revoke()).toEqual({ release, requeueIds: [] });
  });

  test('the same bytes count once, however many copies fail', () => {
    const guard = new PermanentStreakGuard();
    const copies = Array.from({ length: 40 }, (_, id) => failureEntry({}, workItem({ id, contentHash: 'one' })));
    writtenBy(guard, copies);
    expect(guard.isSuspicious).toBe(false);
  });

  test('what was under way when the streak got too long is judged with it', () => {
    const guard = new PermanentStreakGuard();
    writtenBy(guard, streak(SUSPICIOUS_STREAK));
    expect(writtenBy(guard, [permanent(50, 'too_large'), embeddingEntry()])).toHaveLength(1);
    expect(guard.revoke().release).toHaveLength(SUSPICIOUS_STREAK + 1);
  });

  test('a revoked streak is given back untouched, and what it wrote in earlier passes is named', () => {
    const guard = new PermanentStreakGuard();
    writtenBy(guard, streak(5));
    expect(guard.settle()).toHaveLength(5);
    writtenBy(guard, streak(15, 6));
    expect(guard.isSuspicious).toBe(true);
    const revoked = guard.revoke();
    expect(revoked.requeueIds).toEqual([1, 2, 3, 4, 5]);
    expect(revoked.release.map(({ kind }) => kind)).toEqual(Array(15).fill('release'));
    expect(guard.isSuspicious).toBe(false);
  });

  test('a streak that was true is written whole and forgotten', () => {
    const guard = new PermanentStreakGuard();
    writtenBy(guard, streak(SUSPICIOUS_STREAK));
    expect(guard.settle()).toHaveLength(SUSPICIOUS_STREAK);
    expect(guard.isSuspicious).toBe(false);
    expect(guard.settle()).toEqual([]);
  });
});
