import { statement } from '../statement.js';
import { IS_SEARCHED, isOutdated } from './standing.js';

/**
 * For each of these bytes a row with an embedding of the model, its own or one that waits. Where many rows have them,
 * the index of sources finds it in one step; a row that was alone when it was encoded is no source, and then it has few
 * twins.
 */
export const FIND_SOURCES = statement({
  name: 'find-sources',
  params: ['hashes', 'modelVersion'],
  row: { content_hash: 'text', source: 'number?' },
  sqlite: {
    uses: ['image_exif_source', 'image_exif_content', 'image_exif_next_embedding_source'],
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
  ),
  (
    SELECT image_id FROM image_exif_next_embedding INDEXED BY image_exif_next_embedding_source
    WHERE content_hash = wanted.value AND model_version = :modelVersion LIMIT 1
  )
) AS source
FROM json_each(:hashes) AS wanted`,
  },
});

// A verdict for good, whether the row is failed already or still has the vector of before.
const isFinal = (row: string): string =>
  `(${row}.clip_status = 'failed' OR (${row}.clip_status = 'encoded' AND ${row}.clip_error_class IS NOT NULL AND ${row}.clip_next_attempt_at IS NULL))`;
const PAIRS = `(SELECT value ->> 0 AS target, value ->> 1 AS source FROM json_each(:pairs)) AS pair
  CROSS JOIN image_exif AS twin ON twin.id = pair.source`;

/** For each of these bytes the row that knows the worst of them. The index holds rows with a bad name only. */
export const FIND_TROUBLE = statement({
  name: 'find-trouble',
  params: ['hashes'],
  row: { content_hash: 'text', source: 'number?' },
  sqlite: {
    uses: ['image_exif_troubled_hash'],
    sql: `
SELECT wanted.value AS content_hash, (
  SELECT id FROM image_exif INDEXED BY image_exif_troubled_hash
  WHERE content_hash = wanted.value AND clip_attempts + clip_crashes > 0 AND clip_status <> 'skipped'
  ORDER BY ${isFinal('image_exif')} DESC, clip_attempts DESC, clip_crashes DESC LIMIT 1
) AS source
FROM json_each(:hashes) AS wanted`,
  },
});

/** Rows that are due with the bytes of rows that have just got an outcome, in either lane. */
export const FIND_DUE_TWINS = statement({
  name: 'find-due-twins',
  params: ['ids', 'wanted', 'limit'],
  row: { target: 'number', source: 'number' },
  sqlite: {
    uses: ['image_exif_content', 'rowid'],
    sql: `
SELECT same.id AS target, source.id AS source
FROM json_each(:ids) AS done CROSS JOIN image_exif AS source ON source.id = done.value
  CROSS JOIN image_exif AS same INDEXED BY image_exif_content
    ON same.content_hash = source.content_hash AND same.id <> source.id
    AND (same.clip_status = 'pending' OR ${isOutdated('same')})
LIMIT :limit`,
  },
});

/**
 * Rows that are due take the embedding of a row with equal bytes as their own; pairs of target and source. Not those
 * whose vector of before is still searched.
 */
export const COPY_EMBEDDINGS = statement({
  name: 'copy-embeddings',
  params: ['pairs', 'modelVersion', 'active', 'wanted', 'now'],
  row: { id: 'number' },
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE image_exif SET
  clip_embedding = iif(twin.clip_model_version = :modelVersion, twin.clip_embedding, waiting.embedding),
  clip_model_version = :modelVersion,
  clip_quality = iif(twin.clip_model_version = :modelVersion, twin.clip_quality, waiting.quality),
  clip_decoder_version =
    iif(twin.clip_model_version = :modelVersion, twin.clip_decoder_version, waiting.decoder_version),
  clip_encoded_at = :now, clip_status = 'encoded', clip_next_model_version = NULL,
  clip_is_source = 1, clip_attempts = 0, clip_deferrals = 0, clip_crashes = 0, clip_next_attempt_at = NULL,
  clip_error_class = NULL, clip_error_reason = NULL, clip_error_message = NULL,
  clip_claimed_by = NULL, clip_claim_token = NULL, clip_claimed_until = NULL
FROM ${PAIRS}
  LEFT JOIN image_exif_next_embedding AS waiting
    ON waiting.image_id = twin.id AND waiting.model_version = :modelVersion
WHERE image_exif.id = pair.target AND image_exif.content_hash = twin.content_hash
  AND (image_exif.clip_status = 'pending' OR (${isOutdated('image_exif')} AND NOT ${IS_SEARCHED}))
  AND (twin.clip_model_version = :modelVersion OR waiting.content_hash = twin.content_hash)
RETURNING image_exif.id AS id`,
  },
});

/** Rows whose vector of before is still searched take it too: it will wait. */
export const MARK_COPIES = statement({
  name: 'mark-copies',
  params: ['pairs', 'active', 'wanted'],
  row: { id: 'number' },
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE image_exif SET
  clip_next_model_version = :wanted,
  clip_attempts = 0, clip_deferrals = 0, clip_crashes = 0, clip_next_attempt_at = NULL,
  clip_error_class = NULL, clip_error_reason = NULL, clip_error_message = NULL,
  clip_claimed_by = NULL, clip_claim_token = NULL, clip_claimed_until = NULL
FROM ${PAIRS}
  LEFT JOIN image_exif_next_embedding AS waiting ON waiting.image_id = twin.id AND waiting.model_version = :wanted
WHERE image_exif.id = pair.target AND image_exif.content_hash = twin.content_hash
  AND ${IS_SEARCHED} AND ${isOutdated('image_exif')}
  AND (twin.clip_model_version = :wanted OR waiting.content_hash = twin.content_hash)
RETURNING image_exif.id AS id`,
  },
});

/** The vectors of those, after they were marked in the same transaction. */
export const STORE_COPIES = statement({
  name: 'store-copies',
  params: ['pairs', 'ids', 'wanted', 'now'],
  sqlite: {
    uses: ['rowid'],
    sql: `
INSERT INTO image_exif_next_embedding
  (image_id, content_hash, model_version, quality, decoder_version, encoded_at, embedding)
SELECT pair.target, twin.content_hash, :wanted,
  iif(twin.clip_model_version = :wanted, twin.clip_quality, waiting.quality),
  iif(twin.clip_model_version = :wanted, twin.clip_decoder_version, waiting.decoder_version), :now,
  iif(twin.clip_model_version = :wanted, twin.clip_embedding, waiting.embedding)
FROM ${PAIRS}
  LEFT JOIN image_exif_next_embedding AS waiting ON waiting.image_id = twin.id AND waiting.model_version = :wanted
WHERE pair.target IN (SELECT value FROM json_each(:ids))
ON CONFLICT (image_id) DO UPDATE SET content_hash = excluded.content_hash, model_version = excluded.model_version,
  quality = excluded.quality, decoder_version = excluded.decoder_version, encoded_at = excluded.encoded_at,
  embedding = excluded.embedding`,
  },
});

const FAILS = `(${isFinal('twin')} AND NOT ${IS_SEARCHED})`;

/**
 * Rows that are due take over what is known of their bytes under another name: the verdict, the wait, the crashes, where
 * that is worse than what they know. Permissions and outages are no word on the bytes.
 */
export const COPY_TROUBLE = statement({
  name: 'copy-trouble',
  params: ['pairs', 'active', 'wanted'],
  row: { id: 'number' },
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE image_exif SET
  clip_status = iif(${FAILS}, 'failed', image_exif.clip_status),
  clip_embedding = iif(${FAILS}, NULL, image_exif.clip_embedding),
  clip_model_version = iif(${FAILS}, NULL, image_exif.clip_model_version),
  clip_encoded_at = iif(${FAILS}, NULL, image_exif.clip_encoded_at),
  clip_quality = iif(${FAILS}, NULL, image_exif.clip_quality),
  clip_next_model_version = CASE
    WHEN image_exif.clip_status = 'pending' OR ${FAILS} THEN NULL
    WHEN ${isFinal('twin')} OR twin.clip_next_attempt_at IS NOT NULL THEN :wanted
  END,
  clip_attempts = max(image_exif.clip_attempts, twin.clip_attempts),
  clip_crashes = max(image_exif.clip_crashes, twin.clip_crashes), clip_next_attempt_at = twin.clip_next_attempt_at,
  clip_error_class = twin.clip_error_class, clip_error_reason = twin.clip_error_reason,
  clip_error_message = twin.clip_error_message, clip_decoder_version = twin.clip_decoder_version,
  clip_claimed_by = NULL, clip_claim_token = NULL, clip_claimed_until = NULL
FROM ${PAIRS}
WHERE image_exif.id = pair.target AND image_exif.content_hash = twin.content_hash
  AND (image_exif.clip_status = 'pending' OR ${isOutdated('image_exif')})
  AND coalesce(twin.clip_error_class, '') NOT IN ('environment', 'service')
  AND (${isFinal('twin')} OR (twin.clip_status IN ('pending', 'encoded')
    AND (twin.clip_attempts > image_exif.clip_attempts OR twin.clip_crashes > image_exif.clip_crashes)))
RETURNING image_exif.id AS id`,
  },
});
