import { statement } from '../statement.js';
import { FREE } from './standing.js';
import { WAITING_MODEL } from './waiting-model.js';

/** Rows whose rules are looked at again, by id inside one library. */
export const PAGE_FOR_EXCLUSION = statement({
  name: 'page-for-exclusion',
  params: ['libraryId', 'afterId', 'limit'],
  row: { id: 'number', rel_path: 'text', clip_status: 'text', clip_error_reason: 'text?' },
  sqlite: {
    uses: ['image_exif_library'],
    sql: `
SELECT id, rel_path, clip_status, clip_error_reason FROM image_exif INDEXED BY image_exif_library
WHERE library_id = :libraryId AND id > :afterId ORDER BY id LIMIT :limit`,
  },
});

/**
 * Hides rows and shows them again. The vector, its model and the count of attempts stay, so that taking a rule back
 * costs nothing and gives no photo more tries; a claim is dropped. What is not hidden is not shown either.
 */
export const SET_SKIPPED = statement({
  name: 'set-skipped',
  params: ['changes'],
  row: { id: 'number', clip_status: 'text' },
  sqlite: {
    uses: ['rowid'],
    sql: `
WITH change AS MATERIALIZED (SELECT value ->> 0 AS id, value ->> 1 AS reason FROM json_each(:changes))
UPDATE image_exif SET
  clip_status = CASE
    WHEN change.reason IS NOT NULL THEN 'skipped'
    WHEN clip_embedding IS NULL THEN 'pending'
    ELSE 'encoded'
  END,
  clip_error_reason = change.reason, clip_error_class = NULL, clip_error_message = NULL, clip_next_attempt_at = NULL,
  clip_next_model_version = ${WAITING_MODEL},
  ${FREE}
FROM change
WHERE image_exif.id = change.id AND (change.reason IS NOT NULL OR clip_status = 'skipped')
RETURNING image_exif.id AS id, clip_status`,
  },
});
