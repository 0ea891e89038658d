import { ALONE_AFTER_CRASHES } from '../images/claim-plan.js';
import { statement } from '../statement.js';

const UNCLAIMED = 'missing_since IS NULL AND clip_claim_token IS NULL';
const PENDING = `library_id = :libraryId AND clip_status = 'pending' AND ${UNCLAIMED}`;
const ENCODED = `library_id = :libraryId AND clip_status = 'encoded' AND ${UNCLAIMED}`;
const TOGETHER = `clip_crashes < ${ALONE_AFTER_CRASHES}`;
const ALONE = `clip_crashes >= ${ALONE_AFTER_CRASHES}`;
const FIRST_OF_MODELS = `SELECT 0 FROM image_exif INDEXED BY image_exif_reencode
    WHERE ${ENCODED} AND clip_next_model_version IS NULL AND ${TOGETHER}`;

/** The first of each lane, one step into its index each. 0 stands for "now". */
export const NEXT_DUE = statement({
  name: 'next-due',
  params: ['libraryId'],
  row: {
    fresh: 'number?',
    due: 'number?',
    last: 'number?',
    alone: 'number?',
    older: 'number?',
    newer: 'number?',
    again: 'number?',
    last_again: 'number?',
    again_alone: 'number?',
    lease: 'number?',
  },
  sqlite: {
    uses: [
      'image_exif_fresh',
      'image_exif_due',
      'image_exif_alone',
      'image_exif_reencode',
      'image_exif_reencode_due',
      'image_exif_reencode_alone',
      'image_exif_lease',
    ],
    sql: `
SELECT
  (SELECT 0 FROM image_exif INDEXED BY image_exif_fresh
    WHERE ${PENDING} AND clip_next_attempt_at IS NULL AND ${TOGETHER} LIMIT 1) AS fresh,
  (SELECT min(clip_next_attempt_at) FROM image_exif INDEXED BY image_exif_due
    WHERE ${PENDING} AND clip_next_attempt_at IS NOT NULL AND ${TOGETHER}) AS due,
  (SELECT max(clip_next_attempt_at) FROM image_exif INDEXED BY image_exif_due
    WHERE ${PENDING} AND clip_next_attempt_at IS NOT NULL AND ${TOGETHER}) AS last,
  (SELECT coalesce(clip_next_attempt_at, 0) FROM image_exif INDEXED BY image_exif_alone
    WHERE ${PENDING} AND ${ALONE} ORDER BY clip_next_attempt_at LIMIT 1) AS alone,
  (${FIRST_OF_MODELS} AND clip_model_version < (SELECT wanted_model_version FROM clip_state) LIMIT 1) AS older,
  (${FIRST_OF_MODELS} AND clip_model_version > (SELECT wanted_model_version FROM clip_state) LIMIT 1) AS newer,
  (SELECT min(clip_next_attempt_at) FROM image_exif INDEXED BY image_exif_reencode_due
    WHERE ${ENCODED} AND clip_next_attempt_at IS NOT NULL AND ${TOGETHER}) AS again,
  (SELECT max(clip_next_attempt_at) FROM image_exif INDEXED BY image_exif_reencode_due
    WHERE ${ENCODED} AND clip_next_attempt_at IS NOT NULL AND ${TOGETHER}) AS last_again,
  (SELECT coalesce(clip_next_attempt_at, 0) FROM image_exif INDEXED BY image_exif_reencode_alone
    WHERE ${ENCODED} AND ${ALONE} AND (clip_next_model_version IS NULL OR clip_next_attempt_at IS NOT NULL)
    ORDER BY clip_next_attempt_at LIMIT 1) AS again_alone,
  (SELECT min(clip_claimed_until) FROM image_exif INDEXED BY image_exif_lease
    WHERE library_id = :libraryId AND clip_claim_token IS NOT NULL) AS lease`,
  },
});
