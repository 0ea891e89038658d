import { type Statement, statement } from '../statement.js';

/*
 * Pages and claims in one statement, so that two claimers cannot pick one row. Both pages come off partial indexes that
 * hold neither claimed nor finished rows: the first page of a million costs what the last one does. `:window` rows are
 * looked at, since of equal bytes only one goes out, and none whose bytes are in flight; content_hash is in the index,
 * so that this reads no row. Fresh ones fill their share first, then retries theirs, then either what is left.
 */
export const CLAIM_CANDIDATES: Statement<
  | 'libraryId'
  | 'freshWindow'
  | 'dueWindow'
  | 'dueUntil'
  | 'jumpedAfter'
  | 'freshShare'
  | 'retryShare'
  | 'limit'
  | 'owner'
  | 'token'
  | 'leaseUntil'
> = statement({
  name: 'claim-candidates',
  params: [
    'libraryId',
    'freshWindow',
    'dueWindow',
    'dueUntil',
    'jumpedAfter',
    'freshShare',
    'retryShare',
    'limit',
    'owner',
    'token',
    'leaseUntil',
  ],
  uses: ['image_exif_fresh', 'image_exif_due', 'image_exif_in_flight', 'rowid'],
  sql: `
WITH
  fresh AS (
    SELECT id, content_hash, sort_time FROM image_exif INDEXED BY image_exif_fresh
    WHERE library_id = :libraryId AND clip_status = 'pending' AND missing_since IS NULL
      AND clip_claim_token IS NULL AND clip_next_attempt_at IS NULL AND clip_crashes < 2
    ORDER BY sort_time DESC, id DESC LIMIT :freshWindow
  ),
  due AS (
    SELECT id, content_hash, clip_next_attempt_at FROM image_exif INDEXED BY image_exif_due
    WHERE library_id = :libraryId AND clip_status = 'pending' AND missing_since IS NULL
      AND clip_claim_token IS NULL AND clip_next_attempt_at IS NOT NULL AND clip_crashes < 2
      AND clip_next_attempt_at <= :dueUntil
    ORDER BY clip_next_attempt_at, id LIMIT :dueWindow
  ),
  jumped AS (
    SELECT id, content_hash, clip_next_attempt_at FROM image_exif INDEXED BY image_exif_due
    WHERE library_id = :libraryId AND clip_status = 'pending' AND missing_since IS NULL
      AND clip_claim_token IS NULL AND clip_next_attempt_at IS NOT NULL AND clip_crashes < 2
      AND clip_next_attempt_at > :jumpedAfter
    ORDER BY clip_next_attempt_at, id LIMIT :dueWindow
  ),
  pooled AS (
    SELECT id, content_hash, 0 AS lane, row_number() OVER (ORDER BY sort_time DESC, id DESC) AS place FROM fresh
    UNION ALL
    SELECT id, content_hash, 1, row_number() OVER (ORDER BY clip_next_attempt_at, id)
    FROM (SELECT * FROM due UNION ALL SELECT * FROM jumped)
  ),
  single AS (
    SELECT id, lane, row_number() OVER (PARTITION BY lane ORDER BY place) AS turn
    FROM (SELECT *, row_number() OVER (PARTITION BY content_hash ORDER BY lane, place) AS twin FROM pooled)
    WHERE twin = 1 AND NOT EXISTS (
      SELECT 1 FROM image_exif AS held INDEXED BY image_exif_in_flight
      WHERE held.content_hash = content_hash AND held.clip_claim_token IS NOT NULL
    )
  ),
  picked AS (
    SELECT id FROM single
    ORDER BY
      CASE WHEN lane = 0 AND turn <= :freshShare THEN 0 WHEN lane = 1 AND turn <= :retryShare THEN 1 ELSE 2 + lane END,
      turn
    LIMIT :limit
  )
UPDATE image_exif SET clip_claimed_by = :owner, clip_claim_token = :token, clip_claimed_until = :leaseUntil
WHERE id IN (SELECT id FROM picked)`,
});

/** The same for a row that crashed a decoder twice: one, wherever it stands, once its time has come. */
export const CLAIM_ALONE: Statement<'libraryId' | 'now' | 'jumpedAfter' | 'owner' | 'token' | 'leaseUntil'> = statement(
  {
    name: 'claim-alone',
    params: ['libraryId', 'now', 'jumpedAfter', 'owner', 'token', 'leaseUntil'],
    uses: ['image_exif_alone', 'image_exif_in_flight', 'rowid'],
    sql: `
UPDATE image_exif SET clip_claimed_by = :owner, clip_claim_token = :token, clip_claimed_until = :leaseUntil
WHERE id IN (
  SELECT waiting.id FROM image_exif AS waiting INDEXED BY image_exif_alone
  WHERE waiting.library_id = :libraryId AND waiting.clip_status = 'pending' AND waiting.missing_since IS NULL
    AND waiting.clip_claim_token IS NULL AND waiting.clip_crashes >= 2
    AND (waiting.clip_next_attempt_at IS NULL OR waiting.clip_next_attempt_at <= :now
      OR waiting.clip_next_attempt_at > :jumpedAfter)
    AND NOT EXISTS (
      SELECT 1 FROM image_exif AS held INDEXED BY image_exif_in_flight
      WHERE held.content_hash = waiting.content_hash AND held.clip_claim_token IS NOT NULL
    )
  ORDER BY waiting.clip_next_attempt_at, waiting.id LIMIT 1
)`,
  },
);
