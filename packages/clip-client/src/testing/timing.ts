import type { Timing } from '../timing.js';

/** Every wait of the client in a second or three: short for a test, long enough for a busy machine. */
export const SHORT_TIMING: Timing = {
  openTimeoutMs: 3_000,
  graceMs: 500,
  idleMs: 60_000,
  closeGraceMs: 1_000,
  leastSilenceMs: 500,
  keepaliveMs: 20_000,
};
