import { expect, test } from 'vitest';
import { failureEntry, NOW, workItem } from '../testing/work-items.js';
import { ENVIRONMENT_STREAK, LibraryPauses } from './library-pauses.js';

function pausesAt(clock: { now: number }): LibraryPauses {
  return new LibraryPauses({ now: () => clock.now, random: () => 0.5 });
}

const unreadable = (libraryId = 1) =>
  failureEntry({ final: false, errorClass: 'environment', reason: 'unreadable' }, workItem({}, libraryId));

function failStreak(pauses: LibraryPauses, count: number, libraryId = 1) {
  return Array.from({ length: count }, () => pauses.note(unreadable(libraryId))).findLast(
    (pause) => pause !== undefined,
  );
}

test('a row of environment failures pauses its library and no other', () => {
  const pauses = pausesAt({ now: NOW });
  expect(failStreak(pauses, ENVIRONMENT_STREAK - 1)).toBeUndefined();
  failStreak(pauses, ENVIRONMENT_STREAK - 1, 2);
  expect(failStreak(pauses, 1)?.reason).toContain('unreadable');
  expect(pauses.current(1)).toBeDefined();
  expect(pauses.current(2)).toBeUndefined();
});

test('a photo that could be read breaks the row', () => {
  const pauses = pausesAt({ now: NOW });
  failStreak(pauses, ENVIRONMENT_STREAK - 1);
  pauses.noteRead(1);
  expect(failStreak(pauses, ENVIRONMENT_STREAK - 1)).toBeUndefined();
});

test('a pause ends by itself, once', () => {
  const clock = { now: NOW };
  const pauses = pausesAt(clock);
  const pause = failStreak(pauses, ENVIRONMENT_STREAK);
  expect(pauses.nextResume()).toBe(pause?.resumesAt);
  expect(pauses.takeExpired()).toEqual([]);
  clock.now = pause?.resumesAt ?? 0;
  expect(pauses.current(1)).toBeUndefined();
  expect(pauses.takeExpired()).toEqual([1]);
  expect(pauses.takeExpired()).toEqual([]);
});

test('each pause in a row is up to twice as long, to 15 minutes; a readable photo starts over', () => {
  const clock = { now: NOW };
  const pauses = pausesAt(clock);
  const lengths = Array.from({ length: 8 }, () => {
    const pause = failStreak(pauses, ENVIRONMENT_STREAK);
    const length = (pause?.resumesAt ?? 0) - clock.now;
    clock.now += length;
    pauses.takeExpired();
    return length;
  });
  expect(lengths.slice(0, 3)).toEqual([15_000, 30_000, 60_000]);
  expect(lengths.at(-1)).toBe(450_000);
  pauses.noteRead(1);
  expect((failStreak(pauses, ENVIRONMENT_STREAK)?.resumesAt ?? 0) - clock.now).toBe(15_000);
});
