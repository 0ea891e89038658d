import type { EncodeResult } from '@clip-watch/proto';

/** What happened since the start, for the log line of each minute. */
export interface Counters {
  countResult(result: EncodeResult): void;
  countText(): void;
  /** The numbers since the last call, by name; zeros are left out. */
  takeReport(): Readonly<Record<string, number>>;
}

export function createCounters(): Counters {
  let counts = new Map<string, number>();
  const add = (name: string, amount = 1): void => void counts.set(name, (counts.get(name) ?? 0) + amount);
  return {
    countResult(result) {
      if (!result.error) {
        add('encoded');
        return add('encodedMs', result.duration_ms ?? 0);
      }
      add(String(result.error.reason).replace('ERROR_REASON_', '').toLowerCase());
    },
    countText: () => add('texts'),
    takeReport() {
      const report = Object.fromEntries(counts);
      counts = new Map();
      return report;
    },
  };
}
