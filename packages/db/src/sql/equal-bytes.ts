import { type Statement, statement } from '../statement.js';

/**
 * For each of these bytes a row with an embedding of the model. Where many rows have them, the index of sources finds
 * it in one step; a row that was alone when it was encoded is no source, and then it has few twins.
 */
export const FIND_SOURCES: Statement<'hashes' | 'modelVersion'> = statement({
  name: 'find-sources',
  params: ['hashes', 'modelVersion'],
  uses: ['image_exif_source', 'image_exif_content'],
  sql: `
SELECT wanted.value AS content_hash, coalesce(
  (
    SELECT id FROM image_exif INDEXED BY image_exif_source
    WHERE content_hash = wanted.value AND clip_model_version = :modelVersion AND clip_is_source = 1 LIMIT 1
  ),
  (
    SELECT id FROM (
      SELECT id, clip_model_version, clip_embedding IS NOT NULL AS embedded
      FROM image_exif INDEXED BY image_exif_content WHERE content_hash = wanted.value ORDER BY id LIMIT 64
    ) WHERE embedded AND clip_model_version = :modelVersion LIMIT 1
  )
) AS source
FROM json_each(:hashes) AS wanted`,
});

/** For each of these bytes the row that knows the worst of them. The index holds rows with a bad name only. */
export const FIND_TROUBLE: Statement<'hashes'> = statement({
  name: 'find-trouble',
  params: ['hashes'],
  uses: ['image_exif_troubled_hash'],
  sql: `
SELECT wanted.value AS content_hash, (
  SELECT id FROM image_exif INDEXED BY image_exif_troubled_hash
  WHERE content_hash = wanted.value AND clip_attempts + clip_crashes > 0 AND clip_status IN ('failed', 'pending')
  ORDER BY clip_status = 'failed' DESC, clip_attempts DESC, clip_crashes DESC LIMIT 1
) AS source
FROM json_each(:hashes) AS wanted`,
});

/** Pending rows with the bytes of rows that have just got an outcome. */
export const FIND_PENDING_TWINS: Statement<'ids' | 'limit'> = statement({
  name: 'find-pending-twins',
  params: ['ids', 'limit'],
  uses: ['image_exif_content', 'rowid'],
  sql: `
SELECT same.id AS target, source.id AS source
FROM json_each(:ids) AS done CROSS JOIN image_exif AS source ON source.id = done.value
  CROSS JOIN image_exif AS same INDEXED BY image_exif_content
    ON same.content_hash = source.content_hash AND same.id <> source.id AND same.clip_status = 'pending'
LIMIT :limit`,
});

/** Pending rows take the embedding of a row with equal bytes; pairs of target and source. */
export const COPY_EMBEDDINGS: Statement<'pairs' | 'now'> = statement({
  name: 'copy-embeddings',
  params: ['pairs', 'now'],
  uses: ['rowid'],
  sql: `
UPDATE image_exif SET
  clip_embedding = twin.clip_embedding, clip_model_version = twin.clip_model_version, clip_quality = twin.clip_quality,
  clip_decoder_version = twin.clip_decoder_version, clip_encoded_at = :now, clip_status = 'encoded',
  clip_is_source = 1, clip_attempts = 0, clip_deferrals = 0, clip_crashes = 0, clip_next_attempt_at = NULL,
  clip_error_class = NULL, clip_error_reason = NULL, clip_error_message = NULL,
  clip_claimed_by = NULL, clip_claim_token = NULL, clip_claimed_until = NULL
FROM (SELECT value ->> 0 AS target, value ->> 1 AS source FROM json_each(:pairs)) AS pair
  CROSS JOIN image_exif AS twin ON twin.id = pair.source
WHERE image_exif.id = pair.target AND image_exif.clip_status = 'pending'
  AND image_exif.content_hash = twin.content_hash
RETURNING image_exif.id AS id`,
});

/**
 * Pending rows take over what is known of their bytes under another name: the verdict, the wait, the crashes, where
 * that is worse than what they know. Permissions and outages are no word on the bytes.
 */
export const COPY_TROUBLE: Statement<'pairs'> = statement({
  name: 'copy-trouble',
  params: ['pairs'],
  uses: ['rowid'],
  sql: `
UPDATE image_exif SET
  clip_status = twin.clip_status, clip_attempts = max(image_exif.clip_attempts, twin.clip_attempts),
  clip_crashes = max(image_exif.clip_crashes, twin.clip_crashes), clip_next_attempt_at = twin.clip_next_attempt_at,
  clip_error_class = twin.clip_error_class, clip_error_reason = twin.clip_error_reason,
  clip_error_message = twin.clip_error_message, clip_decoder_version = twin.clip_decoder_version,
  clip_claimed_by = NULL, clip_claim_token = NULL, clip_claimed_until = NULL
FROM (SELECT value ->> 0 AS target, value ->> 1 AS source FROM json_each(:pairs)) AS pair
  CROSS JOIN image_exif AS twin ON twin.id = pair.source
WHERE image_exif.id = pair.target AND image_exif.clip_status = 'pending'
  AND image_exif.content_hash = twin.content_hash
  AND coalesce(twin.clip_error_class, '') NOT IN ('environment', 'service')
  AND (twin.clip_status = 'failed' OR (twin.clip_status = 'pending'
    AND (twin.clip_attempts > image_exif.clip_attempts OR twin.clip_crashes > image_exif.clip_crashes)))
RETURNING image_exif.id AS id`,
});
