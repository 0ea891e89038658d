import { assertNever, fullJitterMs } from '@clip-watch/basics';
import type { ClipErrorClass } from './clip-backlog.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The longest delay. A row whose next attempt lies further ahead is due: the clock must have jumped. */
export const LONGEST_BACKOFF_MS: number = DAY_MS;

/** Attempts at one photo with the same bytes, model and decoder; after that it is `failed`. */
export const MAX_PHOTO_ATTEMPTS: number = 3;

/** Delays after the first, second and third verdict that was not sure. */
const PHOTO_DELAYS_MS = [MINUTE_MS, 10 * MINUTE_MS, DAY_MS] as const;

export interface FailedAttempt {
  readonly errorClass: ClipErrorClass;
  readonly reason: string;
  /** Earlier verdicts on this row; they decide a photo's delay. */
  readonly attempts: number;
  /** How often in a row it was postponed without a verdict; the other delays grow with it. Default 0. */
  readonly deferrals?: number;
  /** Epoch ms. */
  readonly now: number;
  /** Random numbers in [0, 1). */
  readonly random: () => number;
  /** The delay that the encoder asked for, at least. */
  readonly retryAfterMs?: number;
}

/** The longest that this attempt may wait, before the jitter. */
export function longestDelayMs({
  errorClass,
  attempts,
  deferrals = 0,
}: Pick<FailedAttempt, 'errorClass' | 'attempts' | 'deferrals'>): number {
  const doubled = (base: number, cap: number): number => Math.min(cap, base * 2 ** Math.min(deferrals, 30));
  switch (errorClass) {
    case 'photo':
      return PHOTO_DELAYS_MS[Math.min(attempts, PHOTO_DELAYS_MS.length - 1)] ?? DAY_MS;
    case 'environment':
      return doubled(30 * SECOND_MS, 15 * MINUTE_MS);
    case 'service':
      return doubled(SECOND_MS, 5 * MINUTE_MS);
    case 'bug':
      return doubled(MINUTE_MS, DAY_MS);
    default:
      return assertNever(errorClass);
  }
}

/**
 * When to try a failed row again. Full jitter keeps a thousand rows that failed together from coming back together.
 * Never later than `LONGEST_BACKOFF_MS` from now, whatever the encoder asks for.
 * @returns epoch ms, later than `now`
 */
export function nextAttempt(failed: FailedAttempt): number {
  const jittered = fullJitterMs(longestDelayMs(failed), failed.random);
  const asked = Math.max(1, jittered, failed.retryAfterMs ?? 0);
  return failed.now + Math.min(asked, LONGEST_BACKOFF_MS);
}
