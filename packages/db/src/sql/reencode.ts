import { ALONE_AFTER_CRASHES } from '../claim-plan.js';
import { statement } from '../statement.js';

/*
 * The second lane: encoded rows whose vector is of another model than the wanted one. Its pages come off partial indexes
 * that a row leaves with its outcome, so the first page of a million costs what the last one does.
 */

const UNCLAIMED = "clip_status = 'encoded' AND missing_since IS NULL AND clip_claim_token IS NULL";
const RANGE = `
SELECT id, content_hash FROM image_exif INDEXED BY image_exif_reencode
WHERE library_id = :libraryId AND ${UNCLAIMED} AND clip_next_model_version IS NULL AND clip_crashes < ${ALONE_AFTER_CRASHES}`;
const NEWEST_FIRST = 'ORDER BY clip_model_version DESC, sort_time DESC, id DESC LIMIT :limit';

/** Rows that were not tried with the wanted model, newest first within each other one: two ranges of one index. */
export const PAGE_REENCODE = statement({
  name: 'page-reencode',
  params: ['libraryId', 'wanted', 'limit'],
  row: { id: 'number', content_hash: 'text' },
  sqlite: {
    uses: ['image_exif_reencode'],
    sql: `
SELECT id, content_hash FROM (${RANGE} AND clip_model_version < :wanted ${NEWEST_FIRST})
UNION ALL
SELECT id, content_hash FROM (${RANGE} AND clip_model_version > :wanted ${NEWEST_FIRST})
LIMIT :limit`,
  },
});

/** Rows whose next try with the wanted model lies between two times, both included, oldest first. */
export const PAGE_REENCODE_DUE = statement({
  name: 'page-reencode-due',
  params: ['libraryId', 'from', 'until', 'limit'],
  row: { id: 'number', content_hash: 'text' },
  sqlite: {
    uses: ['image_exif_reencode_due'],
    sql: `
SELECT id, content_hash FROM image_exif INDEXED BY image_exif_reencode_due
WHERE library_id = :libraryId AND ${UNCLAIMED} AND clip_next_attempt_at IS NOT NULL AND clip_crashes < ${ALONE_AFTER_CRASHES}
  AND clip_next_attempt_at >= :from AND clip_next_attempt_at <= :until
ORDER BY clip_next_attempt_at, id LIMIT :limit`,
  },
});

/** Rows that crashed a decoder twice under the wanted model, once their time has come. */
export const PAGE_REENCODE_ALONE = statement({
  name: 'page-reencode-alone',
  params: ['libraryId', 'now', 'jumpedAfter', 'limit'],
  row: { id: 'number', content_hash: 'text' },
  sqlite: {
    uses: ['image_exif_reencode_alone'],
    sql: `
SELECT id, content_hash FROM image_exif INDEXED BY image_exif_reencode_alone
WHERE library_id = :libraryId AND ${UNCLAIMED} AND clip_crashes >= ${ALONE_AFTER_CRASHES}
  AND (clip_next_model_version IS NULL OR clip_next_attempt_at IS NOT NULL)
  AND (clip_next_attempt_at IS NULL OR clip_next_attempt_at <= :now OR clip_next_attempt_at > :jumpedAfter)
ORDER BY clip_next_attempt_at, id LIMIT :limit`,
  },
});

/** Rows that a search may find and that have no outcome in the wanted model. Kept by triggers. */
export const OUTDATED_LEFT = statement({
  name: 'outdated-left',
  params: ['wanted'],
  row: { outdated: 'number' },
  sqlite: {
    uses: [],
    sql: `
SELECT coalesce((SELECT sum(count) FROM clip_counter WHERE status = 'encoded'), 0)
  - coalesce((SELECT sum(count) FROM clip_model_counter WHERE model_version = :wanted), 0) AS outdated`,
  },
});

const OUTCOMES = `
WITH outcome AS MATERIALIZED (
  SELECT value ->> 0 AS id, value ->> 1 AS content_hash, value ->> 2 AS token, value ->> 3 AS model_version,
    value ->> 4 AS quality, value ->> 5 AS decoder_version, substr(:vectors, key * :bytes + 1, :bytes) AS embedding
  FROM json_each(:batch)
)`;

/** Rows whose own vector is still searched: they have their outcome, and their vector will wait. */
export const MARK_WAITING = statement({
  name: 'mark-waiting',
  params: ['batch', 'active', 'wanted'],
  row: { id: 'number', is_source: 'number' },
  sqlite: {
    uses: ['rowid', 'image_exif_content'],
    sql: `
WITH outcome AS MATERIALIZED (
  SELECT value ->> 0 AS id, value ->> 1 AS content_hash, value ->> 2 AS token, value ->> 3 AS model_version
  FROM json_each(:batch)
)
UPDATE image_exif SET
  clip_next_model_version = :wanted,
  clip_attempts = 0, clip_deferrals = 0, clip_crashes = 0, clip_next_attempt_at = NULL,
  clip_error_class = NULL, clip_error_reason = NULL, clip_error_message = NULL,
  clip_claimed_by = NULL, clip_claim_token = NULL, clip_claimed_until = NULL
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
    sql: `${OUTCOMES}
INSERT INTO image_exif_next_embedding
  (image_id, content_hash, model_version, quality, decoder_version, encoded_at, embedding)
SELECT id, content_hash, model_version, quality, decoder_version, :now, embedding FROM outcome WHERE true
ON CONFLICT (image_id) DO UPDATE SET content_hash = excluded.content_hash, model_version = excluded.model_version,
  quality = excluded.quality, decoder_version = excluded.decoder_version, encoded_at = excluded.encoded_at,
  embedding = excluded.embedding`,
  },
});
