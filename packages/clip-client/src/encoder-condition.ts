import { effectOf, type Verdict } from './encode-outcome.js';
import { BREAKER_FAILURES, BREAKER_ITEM_FAULTS, pauseMs } from './retry-policy.js';

/** How an encoder has fared lately. Kept over its streams: a connect alone proves nothing, a good result does. */
export interface EncoderCondition {
  /** Service failures in a row. */
  failures: number;
  /** Items in a row that it could not serve. */
  itemFaults: number;
  /** Times in a row that it asked for a pause. */
  pauses: number;
  /** Epoch ms; in the past: no pause. */
  pausedUntil: number;
}

export const newCondition = (): EncoderCondition => ({ failures: 0, itemFaults: 0, pauses: 0, pausedUntil: 0 });

/** The breaker was open and no good result came since: one item at a time. */
export function isProbing({ failures }: EncoderCondition): boolean {
  return failures >= BREAKER_FAILURES;
}

export type ConditionStep =
  | { readonly kind: 'go_on' }
  | { readonly kind: 'pause'; readonly forMs: number }
  | { readonly kind: 'break'; readonly message: string };

/**
 * Takes one verdict into account.
 * @returns what the encoder does now; the condition itself is changed
 */
export function noteVerdict(condition: EncoderCondition, verdict: Verdict, now: number, random: number): ConditionStep {
  switch (effectOf(verdict)) {
    case 'good':
      condition.failures = condition.itemFaults = condition.pauses = condition.pausedUntil = 0;
      return { kind: 'go_on' };
    case 'pause': {
      condition.pauses++;
      const askedMs = verdict.kind === 'transient' ? (verdict.retryAfterMs ?? 0) : 0;
      const forMs = pauseMs(askedMs, condition.pauses, random);
      condition.pausedUntil = Math.max(condition.pausedUntil, now + forMs);
      return { kind: 'pause', forMs };
    }
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
