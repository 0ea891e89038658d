import type { Timing } from '../timing.js';

/** Every wait of the client in a tenth of a second or two, so that tests of them are short. */
export const SHORT_TIMING: Timing = {
  openTimeoutMs: 400,
  graceMs: 150,
  idleMs: 60_000,
  closeGraceMs: 300,
  leastSilenceMs: 150,
};
