import { describe, expect, test } from 'vitest';
import { type Known, NOTHING_KNOWN, planNotices, type Situation } from './notices.js';

const LIBRARY = {
  ...{ photos: 0, encoded: 0, pending: 0, failed: 0, skipped: 0, missing: 0, lowQuality: 0, coverage: 1 },
  ...{
    id: 1,
    name: 'Photos',
    state: 'online' as const,
    stateReason: null,
    question: null,
    answer: null,
    scanning: false,
  },
};

function at(status: Partial<Situation['status']> = {}, freeBytes: number | null = 1e12): Situation {
  const quiet = {
    state: 'idle',
    reason: null,
    photos: 10,
    encoded: 10,
    pending: 0,
    failed: 0,
    libraries: [LIBRARY],
  } as const;
  return { status: { ...quiet, ...status }, freeBytes };
}

/** The events that a row of looks brings, look by look. */
function eventsOf(looks: readonly Situation[]): string[] {
  let known: Known = NOTHING_KNOWN;
  return looks.map((look) => {
    const planned = planNotices(known, look);
    known = planned.known;
    return planned.notices.map(({ event }) => event).join(' ');
  });
}

const mostGone = { ...LIBRARY, question: 'most_gone' as const, stateReason: 'Most of it is gone.' };
const away = { ...LIBRARY, state: 'offline' as const, stateReason: 'The folder is gone.' };
const scanning = { ...LIBRARY, scanning: true };

describe('planNotices', () => {
  test.each<[string, Situation[], string[]]>([
    ['a server that starts with nothing to do says nothing', [at(), at()], ['', '']],
    [
      'done is said once, when the last photo is settled',
      [at({ pending: 5, state: 'running' }), at({ pending: 1, state: 'running' }), at(), at()],
      ['', '', 'done', ''],
    ],
    [
      'work that began and ended between two looks counts',
      [at({ encoded: 9 }), at({ encoded: 10 }), at()],
      ['', 'done', ''],
    ],
    ['so does a failure', [at({ failed: 0 }), at({ failed: 1 }), at({ failed: 1 })], ['', 'done', '']],
    ['photos that leave are no work', [at({ encoded: 10 }), at({ encoded: 7 })], ['', '']],
    [
      'a scan that still finds photos holds it back',
      [at({ encoded: 1 }), at({ encoded: 2, libraries: [scanning] }), at({ encoded: 2 })],
      ['', '', 'done'],
    ],
    ['photos that wait for a retry hold it back', [at({ pending: 1 }), at({ pending: 1 })], ['', '']],
    ['a pause is not the end', [at({ pending: 1, state: 'paused' }), at({ pending: 0, state: 'paused' })], ['', '']],
    [
      'misconfigured is said again after it was mended',
      [at({ state: 'misconfigured' }), at({ state: 'misconfigured' }), at(), at({ state: 'misconfigured' })],
      ['misconfigured', '', '', 'misconfigured'],
    ],
    [
      'each library goes offline for itself, and again after it was back',
      [
        at({ libraries: [away] }),
        at({ libraries: [away, { ...away, id: 2 }] }),
        at({ libraries: [LIBRARY, { ...away, id: 2 }] }),
        at({ libraries: [away] }),
      ],
      ['library-offline', 'library-offline', '', 'library-offline'],
    ],
    [
      'most of a library gone is said like one that is away, once',
      [at({ libraries: [mostGone] }), at({ libraries: [{ ...mostGone, state: 'offline' as const }] }), at()],
      ['library-offline', '', ''],
    ],
    [
      'a full disk is said once, until there is room in earnest',
      [at({}, 99e6), at({}, 101e6), at({}, 99e6), at({}, 201e6), at({}, 99e6)],
      ['disk-full', '', '', '', 'disk-full'],
    ],
    [
      'an unknown room changes nothing',
      [at({}, null), at({}, 99e6), at({}, null), at({}, 99e6)],
      ['', 'disk-full', '', ''],
    ],
  ])('%s', (_, looks, expected) => {
    expect(eventsOf(looks)).toEqual(expected);
  });

  test('the sentences say what and where', () => {
    const { notices } = planNotices(
      { ...NOTHING_KNOWN, hasWorked: true },
      at({ encoded: 8, failed: 2, libraries: [away] }, 5e6),
    );
    expect(notices.map(({ message }) => message)).toEqual([
      expect.stringContaining('5 MB'),
      'The library "Photos" is offline; nothing is deleted. The folder is gone.',
      'Everything is worked off: 8 of 10 photos are searchable. 2 could not be encoded.',
    ]);
    expect(notices[1]?.library).toEqual({ id: 1, name: 'Photos' });
  });
});
