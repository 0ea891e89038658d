/** What the drain does when a round is over: pure, so that every pause is in one table. */
import { assertNever } from './assert-never.js';
import type { PassEnd } from './pass-end.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

export type AfterPass =
  /** Nothing to do before the next wake. */
  | { readonly kind: 'rest' }
  | {
      readonly kind: 'wait';
      readonly state: 'waiting' | 'misconfigured';
      readonly reason: string;
      readonly delayMs: number;
    };

/**
 * @param failures rounds in a row that ended early without one photo done
 * @param random in [0, 1): delays are jittered between a half and the whole
 */
export function planAfterPass(end: PassEnd, failures: number, random: () => number): AfterPass {
  const wait = (state: 'waiting' | 'misconfigured', firstMs: number, longestMs: number): AfterPass => {
    const longest = Math.min(longestMs, firstMs * 2 ** Math.min(failures, 30));
    return { kind: 'wait', state, reason: reasonOf(end), delayMs: Math.round(longest * (0.5 + random() / 2)) };
  };
  switch (end.kind) {
    case 'done':
    case 'stopped':
      return { kind: 'rest' };
    case 'encoder-away':
      return wait('waiting', SECOND_MS / 2, 30 * SECOND_MS);
    case 'database':
    case 'decoder-away':
      return wait('waiting', SECOND_MS, MINUTE_MS);
    case 'bug':
      return wait('waiting', MINUTE_MS, 15 * MINUTE_MS);
    case 'misconfigured':
    case 'suspicious':
      return wait('misconfigured', 30 * SECOND_MS, 5 * MINUTE_MS);
    default:
      return assertNever(end);
  }
}

function reasonOf(end: PassEnd): string {
  return 'reason' in end ? end.reason : '';
}
