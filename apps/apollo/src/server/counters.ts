import type { EncodeResult } from '@clip-watch/proto';

/** What happened since the start, by name: `encoded`, `texts`, and each reason of the contract in small letters. */
export interface Counters {
  countResult(result: EncodeResult): void;
  countText(): void;
  /** Milliseconds that all encoded pictures together spent here, queueing included. */
  readonly encodedMs: number;
  readonly totals: ReadonlyMap<string, number>;
}

export function createCounters(): Counters {
  const totals = new Map<string, number>();
  let encodedMs = 0;
  const add = (name: string): void => void totals.set(name, (totals.get(name) ?? 0) + 1);
  return {
    totals,
    get encodedMs() {
      return encodedMs;
    },
    countText: () => add('texts'),
    countResult(result) {
      if (result.error) add(String(result.error.reason).replace('ERROR_REASON_', '').toLowerCase());
      else {
        add('encoded');
        encodedMs += result.duration_ms ?? 0;
      }
    },
  };
}
