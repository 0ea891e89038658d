/** What a lane should do for one child now. */
export type BatchStep =
  | { readonly kind: 'send' }
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'nothing' };

export interface BatchSituation {
  readonly waiting: number;
  /** How long the longest-waiting input has waited. */
  readonly oldestWaitMs: number;
  /** Batches that the child has in hand. */
  readonly inHand: number;
  /** The child works on an input that must be alone. */
  readonly isolated: boolean;
  /** The input that is next in turn must be alone. */
  readonly nextIsSuspect: boolean;
}

export interface BatchRules {
  readonly maxBatch: number;
  /** How long a batch may wait to become full while a child is idle. */
  readonly maxDelayMs: number;
  /** Batches that a child may have in hand: one that runs, the rest ready behind it. */
  readonly depth: number;
}

/** A full batch goes out at once; a part of one goes to an idle child when its first input has waited long enough. */
export function planBatch(now: BatchSituation, rules: BatchRules): BatchStep {
  if (now.waiting === 0 || now.isolated || now.inHand >= rules.depth) return { kind: 'nothing' };
  if (now.nextIsSuspect) return now.inHand === 0 ? { kind: 'send' } : { kind: 'nothing' };
  if (now.waiting >= rules.maxBatch) return { kind: 'send' };
  if (now.inHand > 0) return { kind: 'nothing' };
  const delayMs = rules.maxDelayMs - now.oldestWaitMs;
  return delayMs <= 0 ? { kind: 'send' } : { kind: 'wait', delayMs };
}
