import { ALONE_AFTER_CRASHES } from '../images/claim-plan.js';
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
