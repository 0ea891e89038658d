/** What a lane should do for one child now. */
export type BatchStep =
  | { readonly kind: 'send' }
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'nothing' };

export interface BatchSituation {
  readonly waiting: number;
  /** How long the longest-waiting input has waited. */
  readonly oldestWaitMs: number;
  /** How long its sender waits for the answer in all; undefined when it did not say. */
  readonly oldestTimeoutMs?: number;
  /** Within which time another input is expected; undefined when nobody is about to send one. */
  readonly nextWithinMs: number | undefined;
  /** Batches that the child has in hand. */
  readonly inHand: number;
  /** The child works on an input that must be alone. */
  readonly isolated: boolean;
  /** The input that is next in turn must be alone. */
  readonly nextIsSuspect: boolean;
}

export interface BatchRules {
  readonly maxBatch: number;
  /** How long a batch may wait to fill up while a child is idle. */
  readonly maxDelayMs: number;
  /** Batches that a child may have in hand: one that runs, the rest ready behind it. */
  readonly depth: number;
}

/** The share of its time-out that an input may spend waiting for others. */
const TIMEOUT_SHARE = 1 / 4;

/**
 * A full batch goes out at once. Part of one goes to an idle child when no other input is expected, or when its first
 * input has waited long enough: a batch of eight costs much less than eight batches of one.
 */
export function planBatch(now: BatchSituation, rules: BatchRules): BatchStep {
  if (now.waiting === 0 || now.isolated || now.inHand >= rules.depth) return { kind: 'nothing' };
  if (now.nextIsSuspect) return now.inHand === 0 ? { kind: 'send' } : { kind: 'nothing' };
  if (now.waiting >= rules.maxBatch) return { kind: 'send' };
  if (now.inHand > 0) return { kind: 'nothing' };
  if (now.nextWithinMs === undefined) return { kind: 'send' };
  const longestMs = Math.min(rules.maxDelayMs, (now.oldestTimeoutMs ?? Number.POSITIVE_INFINITY) * TIMEOUT_SHARE);
  const delayMs = Math.min(longestMs - now.oldestWaitMs, now.nextWithinMs);
  return delayMs <= 0 ? { kind: 'send' } : { kind: 'wait', delayMs };
}
