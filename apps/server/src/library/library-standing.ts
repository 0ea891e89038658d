import type { Library } from '@clip-watch/db';
import type { ScanOffline, ScanSummary } from './scan/library-scan.js';
import type { Gone } from './scan/missing-brake.js';

export type Standing = Pick<Library, 'state' | 'stateReason' | 'question' | 'answer' | 'gonePhotos'>;

const SETTLED = { question: null, answer: null, gonePhotos: null } as const;

/**
 * A library's state after a scan. An answer is valid as long as its question: `away` until the photos are back,
 * `deleted` until a scan has marked them missing.
 */
export function standingAfter(before: Standing, result: ScanSummary | ScanOffline): Standing {
  if (result.kind === 'offline') return offline(before, result);
  // The drain paused it because its disk fails, and will resume it.
  const paused = before.state === 'paused' ? { state: before.state, stateReason: before.stateReason } : null;
  if (result.mostGone === null) return { state: 'online', stateReason: null, ...paused, ...SETTLED };
  const asked = { question: 'most_gone', gonePhotos: result.mostGone.gone } as const;
  if (before.answer === 'away' && before.question === 'most_gone')
    return { state: 'offline', stateReason: awayReason(result.mostGone), ...asked, answer: 'away' };
  return { state: 'online', stateReason: goneReason(result.mostGone), ...paused, ...asked, answer: null };
}

function offline(before: Standing, { reason, question, gonePhotos }: ScanOffline): Standing {
  const isAway = before.answer === 'away' && question === 'most_gone';
  return { state: 'offline', stateReason: reason, question, answer: isAway ? 'away' : null, gonePhotos };
}

function goneReason({ gone, known }: Gone): string {
  return `Most of it is gone: ${gone} of ${known} photos are not there. Is a disk not mounted? Nothing is marked missing until somebody says whether it is away or was deleted.`;
}

function awayReason({ gone, known }: Gone): string {
  return `Away: ${gone} of ${known} photos are not there, and wait for their disk. It goes on by itself when they are back.`;
}
