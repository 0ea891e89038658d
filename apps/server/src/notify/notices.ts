import type { ApiClipStatus } from '../api/index.js';

export type NoticeEvent = 'done' | 'misconfigured' | 'library-offline' | 'disk-full';

/** What the webhook is told, once for each time that it becomes true. */
export interface Notice {
  readonly event: NoticeEvent;
  /** One sentence for people. */
  readonly message: string;
  readonly library: { readonly id: number; readonly name: string } | null;
}

/** What is looked at. */
export interface Situation {
  readonly status: Pick<ApiClipStatus, 'state' | 'reason' | 'photos' | 'encoded' | 'pending' | 'failed' | 'libraries'>;
  /** Room on the fullest disk that the server writes to; null when it cannot be told. */
  readonly freeBytes: number | null;
}

/** What held at the last look. */
export interface Known {
  /** Photos were encoded or waited since the last `done`. */
  readonly hasWorked: boolean;
  /** Encoded and failed photos; null before the first look. */
  readonly settled: number | null;
  readonly isMisconfigured: boolean;
  readonly isDiskFull: boolean;
  readonly offline: ReadonlySet<number>;
}

export const NOTHING_KNOWN: Known = {
  hasWorked: false,
  settled: null,
  isMisconfigured: false,
  isDiskFull: false,
  offline: new Set(),
};

const FULL_BYTES = 100_000_000;
// Room has to come back in earnest before the next warning.
const ROOM_BYTES = 2 * FULL_BYTES;

/** What became true since the last look. What was true already is not said again. */
export function planNotices(before: Known, now: Situation): { readonly known: Known; readonly notices: Notice[] } {
  const { status } = now;
  const settled = status.encoded + status.failed;
  const hasWorked = before.hasWorked || status.pending > 0 || settled > (before.settled ?? settled);
  const isDone = hasWorked && isAtRest(status);
  const known: Known = {
    hasWorked: hasWorked && !isDone,
    settled,
    isMisconfigured: status.state === 'misconfigured',
    isDiskFull: isFull(now.freeBytes, before.isDiskFull),
    offline: new Set(status.libraries.filter(isAway).map(({ id }) => id)),
  };
  const notices: Notice[] = [];
  if (known.isMisconfigured && !before.isMisconfigured) notices.push(misconfigured(status));
  if (known.isDiskFull && !before.isDiskFull) notices.push(diskFull(now.freeBytes ?? 0));
  for (const library of status.libraries)
    if (known.offline.has(library.id) && !before.offline.has(library.id)) notices.push(offline(library));
  if (isDone) notices.push(done(status));
  return { known, notices };
}

function isAtRest({ state, pending, libraries }: Situation['status']): boolean {
  return state === 'idle' && pending === 0 && !libraries.some(({ scanning }) => scanning);
}

/** Offline, or braked: most of it is gone. */
function isAway({ state, question }: Situation['status']['libraries'][number]): boolean {
  return state === 'offline' || question !== null;
}

function isFull(freeBytes: number | null, wasFull: boolean): boolean {
  return freeBytes === null ? wasFull : freeBytes < (wasFull ? ROOM_BYTES : FULL_BYTES);
}

function misconfigured({ reason }: Situation['status']): Notice {
  return {
    event: 'misconfigured',
    message: reason ?? 'The encoding stopped: something has to be set right.',
    library: null,
  };
}

function diskFull(freeBytes: number): Notice {
  const message = `The disk of the data folder is nearly full: ${Math.floor(freeBytes / 1e6)} MB are left. Free some space.`;
  return { event: 'disk-full', message, library: null };
}

function offline({ id, name, state, stateReason }: Situation['status']['libraries'][number]): Notice {
  const why = stateReason === null ? '' : ` ${stateReason}`;
  const what = state === 'offline' ? 'is offline' : 'misses most of its photos';
  const message = `The library "${name}" ${what}; nothing is deleted.${why}`;
  return { event: 'library-offline', message, library: { id, name } };
}

function done({ photos, encoded, failed }: Situation['status']): Notice {
  const failures = failed === 0 ? '' : ` ${failed} could not be encoded.`;
  return {
    event: 'done',
    message: `Everything is worked off: ${encoded} of ${photos} photos are searchable.${failures}`,
    library: null,
  };
}
