/**
 * Options of a decode host for tests of what files do to it. Its child has low priority: on a machine that is busy with
 * other tests, being slow must not count.
 */
export const PATIENT = { stallMs: 120_000, readDeadlineMs: 120_000, decodeDeadlineMs: 120_000 } as const;
