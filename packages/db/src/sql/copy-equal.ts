import { statement } from '../statement.js';
import { AFRESH, FREE, IS_SEARCHED, isFinal, isOutdated } from './standing.js';
import { INTO_WAITING, WAITING_ANEW } from './waiting-model.js';

const PAIRS = `(SELECT value ->> 0 AS target, value ->> 1 AS source FROM json_each(:pairs)) AS pair
  CROSS JOIN image_exif AS twin ON twin.id = pair.source`;

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
  clip_is_source = 1, ${AFRESH},
  ${FREE}
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
  ${AFRESH},
  ${FREE}
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
${INTO_WAITING}
SELECT pair.target, twin.content_hash, :wanted,
  iif(twin.clip_model_version = :wanted, twin.clip_quality, waiting.quality),
  iif(twin.clip_model_version = :wanted, twin.clip_decoder_version, waiting.decoder_version), :now,
  iif(twin.clip_model_version = :wanted, twin.clip_embedding, waiting.embedding)
FROM ${PAIRS}
  LEFT JOIN image_exif_next_embedding AS waiting ON waiting.image_id = twin.id AND waiting.model_version = :wanted
WHERE pair.target IN (SELECT value FROM json_each(:ids))
${WAITING_ANEW}`,
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
  ${FREE}
FROM ${PAIRS}
WHERE image_exif.id = pair.target AND image_exif.content_hash = twin.content_hash
  AND (image_exif.clip_status = 'pending' OR ${isOutdated('image_exif')})
  AND coalesce(twin.clip_error_class, '') NOT IN ('environment', 'service')
  AND (${isFinal('twin')} OR (twin.clip_status IN ('pending', 'encoded')
    AND (twin.clip_attempts > image_exif.clip_attempts OR twin.clip_crashes > image_exif.clip_crashes)))
RETURNING image_exif.id AS id`,
  },
});
