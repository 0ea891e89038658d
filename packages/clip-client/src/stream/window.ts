/** What bounds the items in flight on one stream. */
export interface WindowLimits {
  readonly concurrency: number;
  /** `accepted.max_in_flight`. */
  readonly granted: number;
  /** The last `flow.max_in_flight` that was present. */
  readonly flow: number | undefined;
  /** What its OVERLOADED answers left; Infinity: none came. */
  readonly busy: number;
  /** The breaker was open and no good result came since: one item at a time. */
  readonly isProbing: boolean;
}

/** @returns most unanswered items; 0: send nothing */
export function windowSize({ busy, concurrency, granted, flow, isProbing }: WindowLimits): number {
  const size = Math.min(concurrency, granted, flow ?? granted, busy);
  return isProbing ? Math.min(size, 1) : size;
}
