import { ALONE_AFTER_CRASHES } from '../images/claim-plan.js';
import { statement } from '../statement.js';

/*
 * The pages come off partial indexes that hold neither claimed nor finished rows, so the first page of a million costs
 * what the last one does. content_hash is in the index too: telling equal bytes apart reads no row.
 */

/** Rows that were never tried, newest first. */
export const PAGE_FRESH = statement({
  name: 'page-fresh',
  params: ['libraryId', 'limit'],
  row: { id: 'number', content_hash: 'text' },
  sqlite: {
    uses: ['image_exif_fresh'],
    sql: `
SELECT id, content_hash FROM image_exif INDEXED BY image_exif_fresh
WHERE library_id = :libraryId AND clip_status = 'pending' AND missing_since IS NULL
  AND clip_claim_token IS NULL AND clip_next_attempt_at IS NULL AND clip_crashes < ${ALONE_AFTER_CRASHES}
ORDER BY sort_time DESC, id DESC LIMIT :limit`,
  },
});

/** Rows whose next try lies between two times, both included, oldest first. */
export const PAGE_DUE = statement({
  name: 'page-due',
  params: ['libraryId', 'from', 'until', 'limit'],
  row: { id: 'number', content_hash: 'text' },
  sqlite: {
    uses: ['image_exif_due'],
    sql: `
SELECT id, content_hash FROM image_exif INDEXED BY image_exif_due
WHERE library_id = :libraryId AND clip_status = 'pending' AND missing_since IS NULL
  AND clip_claim_token IS NULL AND clip_next_attempt_at IS NOT NULL AND clip_crashes < ${ALONE_AFTER_CRASHES}
  AND clip_next_attempt_at >= :from AND clip_next_attempt_at <= :until
ORDER BY clip_next_attempt_at, id LIMIT :limit`,
  },
});

/** Rows that crashed a decoder twice, once their time has come. */
export const PAGE_ALONE = statement({
  name: 'page-alone',
  params: ['libraryId', 'now', 'jumpedAfter', 'limit'],
  row: { id: 'number', content_hash: 'text' },
  sqlite: {
    uses: ['image_exif_alone'],
    sql: `
SELECT id, content_hash FROM image_exif INDEXED BY image_exif_alone
WHERE library_id = :libraryId AND clip_status = 'pending' AND missing_since IS NULL
  AND clip_claim_token IS NULL AND clip_crashes >= ${ALONE_AFTER_CRASHES}
  AND (clip_next_attempt_at IS NULL OR clip_next_attempt_at <= :now OR clip_next_attempt_at > :jumpedAfter)
ORDER BY clip_next_attempt_at, id LIMIT :limit`,
  },
});

/** Which of these bytes somebody is encoding now. The index holds claimed rows only. */
export const FIND_IN_FLIGHT = statement({
  name: 'find-in-flight',
  params: ['hashes'],
  row: { content_hash: 'text' },
  sqlite: {
    uses: ['image_exif_in_flight'],
    sql: `
SELECT DISTINCT held.content_hash AS content_hash
FROM json_each(:hashes) AS wanted CROSS JOIN image_exif AS held INDEXED BY image_exif_in_flight
  ON held.content_hash = wanted.value AND held.clip_claim_token IS NOT NULL`,
  },
});

/** Sets owner, token and lease, in the transaction that picked the rows: it holds the write lock from its start. */
export const CLAIM_ROWS = statement({
  name: 'claim-rows',
  params: ['ids', 'status', 'owner', 'token', 'leaseUntil'],
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE image_exif SET clip_claimed_by = :owner, clip_claim_token = :token, clip_claimed_until = :leaseUntil
WHERE id IN (SELECT value FROM json_each(:ids)) AND clip_claim_token IS NULL AND clip_status = :status`,
  },
});
