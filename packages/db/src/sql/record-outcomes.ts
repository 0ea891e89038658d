import { statement } from '../statement.js';
import { AFRESH, FREE } from './standing.js';
import { INTO_WAITING, WAITING_ANEW } from './waiting-model.js';

const CLAIMED = 'value ->> 0 AS id, value ->> 1 AS content_hash, value ->> 2 AS token, value ->> 3 AS model_version';
const WITHOUT_VECTORS = `
WITH outcome AS MATERIALIZED (SELECT ${CLAIMED} FROM json_each(:batch))`;
/** The vectors come as one blob, cut by place. */
const WITH_VECTORS = `
WITH outcome AS MATERIALIZED (
  SELECT ${CLAIMED}, value ->> 4 AS quality, value ->> 5 AS decoder_version,
    substr(:vectors, key * :bytes + 1, :bytes) AS embedding
  FROM json_each(:batch)
)`;

/*
 * A batch of embeddings in one statement, each compared and set on id, bytes, claim and wanted model: a photo that
 * changed meanwhile never gets the old bytes' embedding. The vectors come as one blob, cut by place; a hundred
 * statements of one row cost eight times as much.
 */
export const STORE_EMBEDDINGS = statement({
  name: 'store-embeddings',
  params: ['batch', 'vectors', 'bytes', 'now'],
  row: { id: 'number', is_source: 'number' },
  sqlite: {
    uses: ['rowid', 'image_exif_content'],
    sql: `${WITH_VECTORS}
UPDATE image_exif SET
  clip_embedding = outcome.embedding, clip_model_version = outcome.model_version, clip_quality = outcome.quality,
  clip_decoder_version = outcome.decoder_version, clip_encoded_at = :now, clip_status = 'encoded',
  clip_next_model_version = NULL, ${AFRESH},
  clip_is_source = EXISTS (
    SELECT 1 FROM image_exif AS same INDEXED BY image_exif_content
    WHERE same.content_hash = outcome.content_hash AND same.id <> outcome.id
  ),
  ${FREE}
FROM outcome
WHERE image_exif.id = outcome.id AND image_exif.content_hash = outcome.content_hash
  AND image_exif.clip_claim_token = outcome.token
  AND outcome.model_version = (SELECT wanted_model_version FROM clip_state)
RETURNING image_exif.id AS id, image_exif.clip_is_source AS is_source`,
  },
});

/** Rows whose own vector is still searched: they have their outcome, and their vector will wait. */
export const MARK_WAITING = statement({
  name: 'mark-waiting',
  params: ['batch', 'active', 'wanted'],
  row: { id: 'number', is_source: 'number' },
  sqlite: {
    uses: ['rowid', 'image_exif_content'],
    sql: `${WITHOUT_VECTORS}
UPDATE image_exif SET
  clip_next_model_version = :wanted,
  ${AFRESH},
  ${FREE}
FROM outcome
WHERE image_exif.id = outcome.id AND image_exif.content_hash = outcome.content_hash
  AND image_exif.clip_claim_token = outcome.token AND outcome.model_version = :wanted AND :active <> :wanted
  AND image_exif.clip_status = 'encoded' AND image_exif.clip_model_version = :active
RETURNING image_exif.id AS id, EXISTS (
  SELECT 1 FROM image_exif AS same INDEXED BY image_exif_content
  WHERE same.content_hash = image_exif.content_hash AND same.id <> image_exif.id
) AS is_source`,
  },
});

/** Their vectors, after they were marked in the same transaction. */
export const STORE_WAITING = statement({
  name: 'store-waiting',
  params: ['batch', 'vectors', 'bytes', 'now'],
  sqlite: {
    uses: [],
    sql: `${WITH_VECTORS}
${INTO_WAITING}
SELECT id, content_hash, model_version, quality, decoder_version, :now, embedding FROM outcome WHERE true
${WAITING_ANEW}`,
  },
});

// The photo is failed at once where a search loses nothing by it.
const FAILS = `(outcome.final AND NOT (image_exif.clip_status = 'encoded' AND image_exif.clip_model_version = :active
    AND :active <> :wanted))`;

/**
 * Failures by the same rule. `failed` is final; everything else gets a time, so that it never fills a fresh page. A row
 * whose vector of before is still searched keeps it, and the verdict waits for the change.
 */
export const STORE_FAILURES = statement({
  name: 'store-failures',
  params: ['batch', 'active', 'wanted'],
  row: { id: 'number' },
  sqlite: {
    uses: ['rowid'],
    sql: `
WITH outcome AS MATERIALIZED (
  SELECT value ->> 0 AS id, value ->> 1 AS content_hash, value ->> 2 AS token, value ->> 3 AS error_class,
    value ->> 4 AS reason, value ->> 5 AS message, value ->> 6 AS final, value ->> 7 AS counts,
    value ->> 8 AS next_attempt_at, value ->> 9 AS decoder_version
  FROM json_each(:batch)
)
UPDATE image_exif SET
  clip_status = iif(${FAILS}, 'failed', clip_status),
  clip_embedding = iif(${FAILS}, NULL, clip_embedding),
  clip_model_version = iif(${FAILS}, NULL, clip_model_version),
  clip_encoded_at = iif(${FAILS}, NULL, clip_encoded_at),
  clip_quality = iif(${FAILS}, NULL, clip_quality),
  clip_next_model_version = iif(clip_status = 'pending' OR ${FAILS}, NULL, :wanted),
  clip_attempts = clip_attempts + outcome.counts,
  clip_deferrals = iif(outcome.counts, 0, clip_deferrals + 1),
  clip_next_attempt_at = iif(outcome.final, NULL, outcome.next_attempt_at),
  clip_error_class = outcome.error_class, clip_error_reason = outcome.reason, clip_error_message = outcome.message,
  clip_decoder_version = outcome.decoder_version,
  ${FREE}
FROM outcome
WHERE image_exif.id = outcome.id AND image_exif.content_hash = outcome.content_hash
  AND image_exif.clip_claim_token = outcome.token
RETURNING image_exif.id AS id`,
  },
});
