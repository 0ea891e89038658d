/** Waits that are not options: judgement, not taste. Tests shorten them. */
export interface Timing {
  /** From dialling to `accepted`. */
  readonly openTimeoutMs: number;
  /** From a cancel to the freed place, and from the half-close to the end of the stream. */
  readonly graceMs: number;
  /** An open stream without items is half-closed after this: no idle pings, and DNS is followed at the next open. */
  readonly idleMs: number;
  /** What `close()` leaves to the items in flight. */
  readonly closeGraceMs: number;
  /** Least patience with a promised heartbeat, whatever the server promised: event loops stall. */
  readonly leastSilenceMs: number;
  /** Between two HTTP/2 pings to a server that promised heartbeats; others are never pinged. */
  readonly keepaliveMs: number;
}

export const DEFAULT_TIMING: Timing = {
  openTimeoutMs: 10_000,
  graceMs: 5_000,
  idleMs: 60_000,
  closeGraceMs: 5_000,
  leastSilenceMs: 1_000,
  keepaliveMs: 20_000,
};
