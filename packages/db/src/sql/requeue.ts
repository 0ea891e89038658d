import { statement } from '../statement.js';
import { AFRESH } from './standing.js';

const TRY_AGAIN = `
  clip_status = iif(clip_status = 'encoded', 'encoded', 'pending'), clip_next_model_version = NULL, ${AFRESH}`;

/** The next problem rows of one library, in the order of the failure index. Waiting rows are among them. */
export const PAGE_PROBLEMS = statement({
  name: 'page-problems',
  params: ['libraryId', 'afterReason', 'afterId', 'lastReason', 'limit'],
  row: { id: 'number', reason: 'text', status: 'text', decoder_version: 'text?' },
  sqlite: {
    uses: ['image_exif_failure'],
    sql: `
SELECT id, clip_error_reason AS reason, clip_status AS status, clip_decoder_version AS decoder_version
FROM image_exif INDEXED BY image_exif_failure
WHERE library_id = :libraryId AND clip_error_class IS NOT NULL AND missing_since IS NULL
  AND (clip_error_reason, id) > (:afterReason, :afterId) AND clip_error_reason <= :lastReason
ORDER BY clip_error_reason, id LIMIT :limit`,
  },
});

/**
 * Back to the start, with all rows of equal bytes: one of them left failed would fail the others again at once. A row
 * that has its vector of before is encoded still; the verdict that waited with it goes.
 */
export const REQUEUE_ROWS = statement({
  name: 'requeue-rows',
  params: ['ids'],
  sqlite: {
    uses: ['image_exif_troubled_hash', 'rowid'],
    sql: `
UPDATE image_exif SET ${TRY_AGAIN}
WHERE (clip_status = 'failed' OR (clip_status = 'encoded' AND clip_error_class IS NOT NULL)) AND id IN (
  SELECT same.id FROM json_each(:ids) AS wanted
    CROSS JOIN image_exif AS mine ON mine.id = wanted.value
    CROSS JOIN image_exif AS same INDEXED BY image_exif_troubled_hash
      ON same.content_hash = mine.content_hash AND same.clip_attempts + same.clip_crashes > 0
  UNION SELECT value FROM json_each(:ids)
) AND clip_claim_token IS NULL`,
  },
});

/** Waiting rows lose their wait: a person who put things right need not sit it out. */
export const REQUEUE_WAITING = statement({
  name: 'requeue-waiting',
  params: ['ids'],
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE image_exif SET ${TRY_AGAIN}
WHERE clip_status = 'pending' AND clip_claim_token IS NULL AND id IN (SELECT value FROM json_each(:ids))`,
  },
});

/**
 * Drops the vectors of all models but one, of hidden rows too; what was encoded in them is pending.
 */
export const FORGET_EMBEDDINGS = statement({
  name: 'forget-embeddings',
  params: ['ids', 'keep'],
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE image_exif SET
  clip_embedding = NULL, clip_model_version = NULL, clip_encoded_at = NULL, clip_quality = NULL,
  clip_decoder_version = NULL, clip_is_source = 0, clip_next_model_version = NULL,
  clip_next_attempt_at = iif(clip_status = 'encoded', NULL, clip_next_attempt_at),
  clip_error_class = iif(clip_status = 'encoded', NULL, clip_error_class),
  clip_error_reason = iif(clip_status = 'encoded', NULL, clip_error_reason),
  clip_error_message = iif(clip_status = 'encoded', NULL, clip_error_message),
  clip_status = iif(clip_status = 'encoded', 'pending', clip_status)
WHERE id IN (SELECT value FROM json_each(:ids)) AND clip_model_version <> :keep`,
  },
});
