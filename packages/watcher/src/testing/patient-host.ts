/** Options of a decode host for tests of what files do to it: on a busy machine, being slow must not count. */
export const PATIENT = { nice: 0, stallMs: 120_000, readDeadlineMs: 120_000, decodeDeadlineMs: 120_000 } as const;
