import { expect, test } from 'vitest';
import type { ClipFailure } from '../claim-types.js';
import { openTestDatabase, type TestDatabase } from '../testing/open-test-database.js';
import { claimOf, failureOf, photo } from '../testing/rows.js';

const ROWS = 100_000;
const BATCH = 1000;
const HOUR_MS = 3_600_000;

/** Every photo that is there gets this outcome. */
async function failAll(test: TestDatabase, outcome: Partial<ClipFailure>): Promise<void> {
  const { images } = test.database;
  for (;;) {
    const claim = await images.claimClipCandidates(claimOf(test.library.id, { limit: BATCH }));
    if (claim.candidates.length === 0) return;
    await images.recordClipFailures(claim.candidates.map((row) => failureOf(claim, row, outcome)));
  }
}

test.each([
  { what: 'failed', outcome: { final: true }, counted: { failed: ROWS, pending: 1 }, page: 1 },
  {
    what: 'due again',
    outcome: { errorClass: 'environment', final: false, countsAttempt: false },
    counted: { failed: 0, pending: ROWS + 1 },
    page: 256,
  },
] as const)('with 100,000 photos ahead of it that are $what, a fresh one is first in the first page', async (row) => {
  await using test = await openTestDatabase();
  const { images } = test.database;
  for (let at = 0; at < ROWS; at += BATCH) {
    const batch = Array.from({ length: BATCH }, (_value, each) =>
      photo(`bad/${at + each}.jpg`, { takenAt: 1000 + at }),
    );
    await images.upsertPhotos(test.library.id, batch);
  }
  // An hour ahead, so that no row comes back while the others still go out.
  await failAll(test, { ...row.outcome, nextAttemptAt: row.outcome.final ? null : test.clock.time + HOUR_MS });
  test.clock.time += 2 * HOUR_MS;
  await images.upsertPhotos(test.library.id, [photo('fresh.jpg', { takenAt: 1 })]);

  const { candidates } = await images.claimClipCandidates(claimOf(test.library.id, { limit: 256 }));
  expect(candidates[0]?.relPath).toBe('fresh.jpg');
  expect(candidates).toHaveLength(row.page);
  expect(await images.counters()).toMatchObject(row.counted);
});
