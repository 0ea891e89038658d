import { fullJitterMs } from '@clip-watch/basics';

/** How long pauses between tries may be. */
export interface PauseLimits {
  /** The ceiling after the first failure. */
  readonly baseMs: number;
  /** The highest ceiling. */
  readonly capMs: number;
  /** In [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * The pause before a child is started, or a download tried, again: anything up to a ceiling that doubles with each
 * failure in a row ("full jitter"), so that those that failed together do not come back together.
 * @param failures 0 for the first; back to 0 after a success
 * @returns whole milliseconds
 * @example
 * setTimeout(start, restartPauseMs(failures++, { baseMs: 500, capMs: 10_000 }));
 */
export function restartPauseMs(failures: number, { baseMs, capMs, random = Math.random }: PauseLimits): number {
  return fullJitterMs(Math.min(capMs, baseMs * 2 ** Math.min(failures, 30)), random);
}
