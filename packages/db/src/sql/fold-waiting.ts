import { statement } from '../statement.js';

/** Rows whose outcome in this model waits. Each one that is carried over leaves the index. */
export const PAGE_WAITING = statement({
  name: 'page-waiting',
  params: ['version', 'limit'],
  row: { id: 'number' },
  sqlite: {
    uses: ['image_exif_next'],
    sql: `
SELECT id FROM image_exif INDEXED BY image_exif_next
WHERE clip_next_model_version IS NOT NULL AND clip_next_model_version = :version AND clip_next_attempt_at IS NULL
LIMIT :limit`,
  },
});

/**
 * Vectors that waited become their rows' own, if the bytes are still those; a trigger removes them where they were. The
 * plus keeps the planner from walking all that waits for each row.
 */
export const FOLD_VECTORS = statement({
  name: 'fold-vectors',
  params: ['ids', 'version'],
  row: { id: 'number' },
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE image_exif SET
  clip_embedding = waiting.embedding, clip_model_version = waiting.model_version, clip_quality = waiting.quality,
  clip_decoder_version = waiting.decoder_version, clip_encoded_at = waiting.encoded_at, clip_next_model_version = NULL
FROM json_each(:ids) AS wanted CROSS JOIN image_exif_next_embedding AS waiting ON waiting.image_id = wanted.value
WHERE image_exif.id = waiting.image_id AND image_exif.content_hash = waiting.content_hash
  AND waiting.model_version = :version AND +image_exif.clip_next_model_version = :version
RETURNING image_exif.id AS id`,
  },
});

/** Verdicts that waited: the photo has no vector in this model, and is failed from now on. */
export const FOLD_VERDICTS = statement({
  name: 'fold-verdicts',
  params: ['ids', 'version'],
  sqlite: {
    uses: ['image_exif_next'],
    sql: `
UPDATE image_exif SET
  clip_next_model_version = NULL, clip_embedding = NULL, clip_model_version = NULL, clip_encoded_at = NULL,
  clip_quality = NULL, clip_is_source = 0, clip_status = iif(clip_error_class IS NULL, 'pending', 'failed')
WHERE id IN (SELECT value FROM json_each(:ids)) AND clip_next_model_version = :version
  AND clip_next_attempt_at IS NULL AND clip_status = 'encoded'`,
  },
});

/** Outcomes and waits of models that are wanted no more. */
export const PAGE_ABANDONED = statement({
  name: 'page-abandoned',
  params: ['wanted', 'limit'],
  row: { id: 'number' },
  sqlite: {
    uses: ['image_exif_next'],
    sql: `
SELECT id FROM (
  SELECT id FROM image_exif INDEXED BY image_exif_next
  WHERE clip_next_model_version IS NOT NULL AND clip_next_model_version < :wanted LIMIT :limit
)
UNION ALL SELECT id FROM (
  SELECT id FROM image_exif INDEXED BY image_exif_next
  WHERE clip_next_model_version IS NOT NULL AND clip_next_model_version > :wanted LIMIT :limit
)`,
  },
});

/** They are as if they had never been tried; vectors that waited go by a trigger. A hidden row keeps why it is hidden. */
export const ABANDON_WAITING = statement({
  name: 'abandon-waiting',
  params: ['ids', 'wanted'],
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE image_exif SET
  clip_next_model_version = NULL, clip_attempts = 0, clip_deferrals = 0, clip_crashes = 0, clip_next_attempt_at = NULL,
  clip_error_class = NULL, clip_error_message = NULL,
  clip_error_reason = iif(clip_status = 'skipped', clip_error_reason, NULL)
WHERE id IN (SELECT value FROM json_each(:ids)) AND clip_next_model_version <> :wanted`,
  },
});

/** Rows with a verdict or a crash on their account, hidden ones too, by keyset. */
export const PAGE_TROUBLED = statement({
  name: 'page-troubled',
  params: ['hash', 'id', 'limit'],
  row: { id: 'number', content_hash: 'text' },
  sqlite: {
    uses: ['image_exif_troubled_hash'],
    sql: `
SELECT id, content_hash FROM image_exif INDEXED BY image_exif_troubled_hash
WHERE clip_attempts + clip_crashes > 0 AND (content_hash, id) > (:hash, :id)
ORDER BY content_hash, id LIMIT :limit`,
  },
});

/** Verdicts of another model count no more: what failed is due again, and what waits has all its tries. */
export const RESET_VERDICTS = statement({
  name: 'reset-verdicts',
  params: ['ids'],
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE image_exif SET
  clip_attempts = 0, clip_deferrals = 0, clip_crashes = 0,
  clip_error_class = iif(clip_status = 'failed', NULL, clip_error_class),
  clip_error_reason = iif(clip_status = 'failed', NULL, clip_error_reason),
  clip_error_message = iif(clip_status = 'failed', NULL, clip_error_message),
  clip_status = iif(clip_status = 'failed', 'pending', clip_status)
WHERE id IN (SELECT value FROM json_each(:ids)) AND clip_next_model_version IS NULL`,
  },
});
