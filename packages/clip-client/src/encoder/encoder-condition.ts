import { effectOf, type TransientVerdict, type Verdict } from '../stream/encode-outcome.js';
import { type BusyLimit, newBusyLimit, noteGood, noteRefusal } from './busy-limit.js';
import { BREAKER_FAILURES, BREAKER_ITEM_FAULTS, MAX_PAUSE_MS, pauseMs } from './retry-policy.js';

/** How an encoder has fared lately. Kept over its streams: a connect alone proves nothing, a good result does. */
export interface EncoderCondition {
  /** Service failures in a row. */
  failures: number;
  /** Items in a row that it could not serve. */
  itemFaults: number;
  /** Times in a row that it was too busy. */
  pauses: number;
  /** Epoch ms; in the past: no pause. */
  pausedUntil: number;
  readonly busy: BusyLimit;
}

export const newCondition = (): EncoderCondition => ({
  failures: 0,
  itemFaults: 0,
  pauses: 0,
  pausedUntil: 0,
  busy: newBusyLimit(),
});

/** The breaker was open and no good result came since: one item at a time. */
export function isProbing({ failures }: EncoderCondition): boolean {
  return failures >= BREAKER_FAILURES;
}

export type ConditionStep =
  | { readonly kind: 'go_on' }
  | { readonly kind: 'pause'; readonly forMs: number }
  | { readonly kind: 'break'; readonly message: string };

export interface Moment {
  /** Epoch ms. */
  readonly now: number;
  /** From 0 to 1. */
  readonly random: number;
  /** Unanswered items, the one just answered included. */
  readonly inFlight: number;
}

/**
 * Takes one verdict into account.
 * @returns what the encoder does now; the condition itself is changed
 */
export function noteVerdict(condition: EncoderCondition, verdict: Verdict, moment: Moment): ConditionStep {
  switch (effectOf(verdict)) {
    case 'good':
      // A pause that it asked for holds all the same: what is good now was sent before.
      condition.failures = condition.itemFaults = condition.pauses = 0;
      noteGood(condition.busy);
      return { kind: 'go_on' };
    case 'pause':
      return verdict.kind === 'transient' ? pause(condition, verdict, moment) : { kind: 'go_on' };
    case 'fault': {
      condition.itemFaults++;
      const most = isProbing(condition) ? 1 : BREAKER_ITEM_FAULTS;
      if (condition.itemFaults < most || verdict.kind !== 'transient') return { kind: 'go_on' };
      return { kind: 'break', message: `${condition.itemFaults} items in a row failed: ${verdict.message}` };
    }
    case 'none':
      return { kind: 'go_on' };
  }
}

/** The answer to a first overload is the smaller window; one that comes in spite of it costs more than was asked. */
function pause(condition: EncoderCondition, verdict: TransientVerdict, moment: Moment): ConditionStep {
  const isOverload = verdict.reason === 'overloaded';
  if (!isOverload || noteRefusal(condition.busy, moment.inFlight)) condition.pauses++;
  const askedMs = verdict.retryAfterMs ?? 0;
  const isFirst = isOverload && condition.pauses <= 1;
  const forMs = isFirst ? Math.min(askedMs, MAX_PAUSE_MS) : pauseMs(askedMs, condition.pauses, moment.random);
  if (forMs === 0) return { kind: 'go_on' };
  condition.pausedUntil = Math.max(condition.pausedUntil, moment.now + forMs);
  return { kind: 'pause', forMs };
}
