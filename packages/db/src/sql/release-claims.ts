import { statement } from '../statement.js';
import { FREE } from './standing.js';

/** Gives the rows of a claim back. The claim's index holds claimed rows only, so this never meets the backlog. */
export const RELEASE_CLAIM = statement({
  name: 'release-claim',
  params: ['token', 'crashedIds'],
  sqlite: {
    uses: ['image_exif_claim'],
    sql: `
UPDATE image_exif INDEXED BY image_exif_claim
SET ${FREE}, clip_crashes = clip_crashes + (id IN (SELECT value FROM json_each(:crashedIds)))
WHERE clip_claim_token = :token`,
  },
});

/** The same for some rows of it. */
export const RELEASE_ROWS = statement({
  name: 'release-rows',
  params: ['token', 'ids', 'crashedIds'],
  sqlite: {
    uses: ['image_exif_claim'],
    sql: `
UPDATE image_exif
SET ${FREE}, clip_crashes = clip_crashes + (id IN (SELECT value FROM json_each(:crashedIds)))
WHERE id IN (SELECT value FROM json_each(:ids) UNION SELECT value FROM json_each(:crashedIds))
  AND clip_claim_token = :token`,
  },
});

/** Claims of an owner. The index of leases covers the question and holds claimed rows only, a few thousand at most. */
export const RELEASE_OWNER = statement({
  name: 'release-owner',
  params: ['owner'],
  sqlite: {
    uses: ['image_exif_lease'],
    sql: `
UPDATE image_exif SET ${FREE}
WHERE id IN (
  SELECT id FROM image_exif INDEXED BY image_exif_lease WHERE clip_claim_token IS NOT NULL AND clip_claimed_by = :owner
)`,
  },
});

/** Who holds claims, so that those of a program that was killed can be told from those of one that runs. */
export const CLAIM_OWNERS = statement({
  name: 'claim-owners',
  params: [],
  row: { owner: 'text' },
  sqlite: {
    uses: ['image_exif_lease'],
    sql: `
SELECT DISTINCT clip_claimed_by AS owner FROM image_exif INDEXED BY image_exif_lease
WHERE clip_claim_token IS NOT NULL AND clip_claimed_by IS NOT NULL`,
  },
});

/**
 * Claims whose lease ran out, each with a crash; a lease further ahead than any is made met a jump of the clock, and
 * is freed without one. Compare-and-set by itself: it frees what is expired when it runs.
 */
export const RESCUE_EXPIRED = statement({
  name: 'rescue-expired',
  params: ['now', 'jumpedAfter', 'limit'],
  sqlite: {
    uses: ['image_exif_lease'],
    sql: `
UPDATE image_exif SET ${FREE}, clip_crashes = clip_crashes + (clip_claimed_until <= :now)
WHERE id IN (
  SELECT id FROM image_exif INDEXED BY image_exif_lease
  WHERE clip_claim_token IS NOT NULL AND (clip_claimed_until <= :now OR clip_claimed_until > :jumpedAfter)
  LIMIT :limit
)`,
  },
});

export const EXTEND_CLAIM = statement({
  name: 'extend-claim',
  params: ['token', 'leaseUntil'],
  sqlite: {
    uses: ['image_exif_claim'],
    sql: `
UPDATE image_exif INDEXED BY image_exif_claim SET clip_claimed_until = :leaseUntil WHERE clip_claim_token = :token`,
  },
});
