import { type Statement, statement } from '../statement.js';

const ENCODED_LIKE_TWIN = `
  clip_embedding = twin.clip_embedding, clip_model_version = twin.clip_model_version, clip_quality = twin.clip_quality,
  clip_decoder_version = twin.clip_decoder_version, clip_encoded_at = :now, clip_status = 'encoded',
  clip_attempts = 0, clip_deferrals = 0, clip_crashes = 0, clip_next_attempt_at = NULL,
  clip_error_class = NULL, clip_error_reason = NULL, clip_error_message = NULL,
  clip_claimed_by = NULL, clip_claim_token = NULL, clip_claimed_until = NULL`;

/*
 * Pending rows whose bytes have an embedding of the wanted model take it. (content_hash, model) finds the twin in one
 * step, also among ten thousand copies.
 */
export const COPY_EMBEDDINGS: Statement<'ids' | 'modelVersion' | 'now'> = statement({
  name: 'copy-embeddings',
  params: ['ids', 'modelVersion', 'now'],
  uses: ['image_exif_embedded', 'rowid'],
  sql: `
UPDATE image_exif SET ${ENCODED_LIKE_TWIN}
FROM (
  SELECT mine.id AS target, (
    SELECT same.id FROM image_exif AS same INDEXED BY image_exif_embedded
    WHERE same.content_hash = mine.content_hash AND same.clip_model_version = :modelVersion
      AND same.clip_embedding IS NOT NULL
    LIMIT 1
  ) AS source
  FROM json_each(:ids) AS wanted CROSS JOIN image_exif AS mine ON mine.id = wanted.value
  WHERE mine.clip_status = 'pending'
) AS pair CROSS JOIN image_exif AS twin ON twin.id = pair.source
WHERE image_exif.id = pair.target
RETURNING image_exif.id AS id`,
});

/** An embedding goes to the pending rows of equal bytes; the index of pending hashes finds them, and only them. */
export const SHARE_EMBEDDINGS: Statement<'ids' | 'now' | 'limit'> = statement({
  name: 'share-embeddings',
  params: ['ids', 'now', 'limit'],
  uses: ['image_exif_pending_hash', 'rowid'],
  sql: `
UPDATE image_exif SET ${ENCODED_LIKE_TWIN}
FROM (
  SELECT same.id AS target, source.id AS source
  FROM json_each(:ids) AS done CROSS JOIN image_exif AS source ON source.id = done.value
    CROSS JOIN image_exif AS same INDEXED BY image_exif_pending_hash
      ON same.content_hash = source.content_hash AND same.clip_status = 'pending'
  LIMIT :limit
) AS pair CROSS JOIN image_exif AS twin ON twin.id = pair.source
WHERE image_exif.id = pair.target
RETURNING image_exif.id AS id`,
});

const FAILED_LIKE_TWIN = `
  clip_status = twin.clip_status, clip_attempts = twin.clip_attempts, clip_deferrals = twin.clip_deferrals,
  clip_crashes = max(image_exif.clip_crashes, twin.clip_crashes), clip_next_attempt_at = twin.clip_next_attempt_at,
  clip_error_class = twin.clip_error_class, clip_error_reason = twin.clip_error_reason,
  clip_error_message = twin.clip_error_message, clip_decoder_version = twin.clip_decoder_version,
  clip_claimed_by = NULL, clip_claim_token = NULL, clip_claimed_until = NULL`;

/** A verdict on the bytes goes to the pending rows that have them. Permissions and outages are no such verdict. */
export const SHARE_FAILURES: Statement<'ids' | 'limit'> = statement({
  name: 'share-failures',
  params: ['ids', 'limit'],
  uses: ['image_exif_pending_hash', 'rowid'],
  sql: `
UPDATE image_exif SET ${FAILED_LIKE_TWIN}
FROM (
  SELECT same.id AS target, source.id AS source
  FROM json_each(:ids) AS done CROSS JOIN image_exif AS source ON source.id = done.value
    CROSS JOIN image_exif AS same INDEXED BY image_exif_pending_hash
      ON same.content_hash = source.content_hash AND same.clip_status = 'pending' AND same.id <> source.id
  WHERE source.clip_error_class IN ('photo', 'bug') AND same.clip_attempts <= source.clip_attempts
    AND (source.clip_status = 'failed' OR same.clip_next_attempt_at IS NOT source.clip_next_attempt_at)
  LIMIT :limit
) AS pair CROSS JOIN image_exif AS twin ON twin.id = pair.source
WHERE image_exif.id = pair.target
RETURNING image_exif.id AS id`,
});

/*
 * Claimed rows whose bytes have been tried more often under another name take over what is known: the verdict, the
 * wait, the crashes. It makes up for outcomes that met more twins than one batch may touch, and for copies that came
 * later. The index holds rows with a bad name only.
 */
export const ADOPT_TROUBLE: Statement<'token'> = statement({
  name: 'adopt-trouble',
  params: ['token'],
  uses: ['image_exif_claim', 'image_exif_troubled_hash', 'rowid'],
  sql: `
UPDATE image_exif SET ${FAILED_LIKE_TWIN}
FROM (
  SELECT mine.id AS target, (
    SELECT same.id FROM image_exif AS same INDEXED BY image_exif_troubled_hash
    WHERE same.content_hash = mine.content_hash AND same.clip_attempts + same.clip_crashes > 0
      AND same.id <> mine.id
      AND (same.clip_status = 'failed' OR (same.clip_status = 'pending'
        AND (same.clip_attempts > mine.clip_attempts OR same.clip_crashes > mine.clip_crashes)))
    ORDER BY same.clip_status = 'failed' DESC, same.clip_attempts DESC, same.clip_crashes DESC
    LIMIT 1
  ) AS source
  FROM image_exif AS mine INDEXED BY image_exif_claim
  WHERE mine.clip_claim_token = :token
) AS pair CROSS JOIN image_exif AS twin ON twin.id = pair.source
WHERE image_exif.id = pair.target
RETURNING image_exif.id AS id`,
});
