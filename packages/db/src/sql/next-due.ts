import { statement } from '../statement.js';

const OUTDATED =
  "library_id = :libraryId AND clip_status = 'encoded' AND missing_since IS NULL AND clip_claim_token IS NULL";
const FIRST_OF_MODELS = `SELECT 0 FROM image_exif INDEXED BY image_exif_reencode
    WHERE ${OUTDATED} AND clip_next_model_version IS NULL AND clip_crashes < 2`;

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
    WHERE library_id = :libraryId AND clip_status = 'pending' AND missing_since IS NULL AND clip_claim_token IS NULL
      AND clip_next_attempt_at IS NULL AND clip_crashes < 2 LIMIT 1) AS fresh,
  (SELECT min(clip_next_attempt_at) FROM image_exif INDEXED BY image_exif_due
    WHERE library_id = :libraryId AND clip_status = 'pending' AND missing_since IS NULL AND clip_claim_token IS NULL
      AND clip_next_attempt_at IS NOT NULL AND clip_crashes < 2) AS due,
  (SELECT max(clip_next_attempt_at) FROM image_exif INDEXED BY image_exif_due
    WHERE library_id = :libraryId AND clip_status = 'pending' AND missing_since IS NULL AND clip_claim_token IS NULL
      AND clip_next_attempt_at IS NOT NULL AND clip_crashes < 2) AS last,
  (SELECT coalesce(clip_next_attempt_at, 0) FROM image_exif INDEXED BY image_exif_alone
    WHERE library_id = :libraryId AND clip_status = 'pending' AND missing_since IS NULL AND clip_claim_token IS NULL
      AND clip_crashes >= 2 ORDER BY clip_next_attempt_at LIMIT 1) AS alone,
  (${FIRST_OF_MODELS} AND clip_model_version < (SELECT wanted_model_version FROM clip_state) LIMIT 1) AS older,
  (${FIRST_OF_MODELS} AND clip_model_version > (SELECT wanted_model_version FROM clip_state) LIMIT 1) AS newer,
  (SELECT min(clip_next_attempt_at) FROM image_exif INDEXED BY image_exif_reencode_due
    WHERE ${OUTDATED} AND clip_next_attempt_at IS NOT NULL AND clip_crashes < 2) AS again,
  (SELECT max(clip_next_attempt_at) FROM image_exif INDEXED BY image_exif_reencode_due
    WHERE ${OUTDATED} AND clip_next_attempt_at IS NOT NULL AND clip_crashes < 2) AS last_again,
  (SELECT coalesce(clip_next_attempt_at, 0) FROM image_exif INDEXED BY image_exif_reencode_alone
    WHERE ${OUTDATED} AND clip_crashes >= 2 AND (clip_next_model_version IS NULL OR clip_next_attempt_at IS NOT NULL)
    ORDER BY clip_next_attempt_at LIMIT 1) AS again_alone,
  (SELECT min(clip_claimed_until) FROM image_exif INDEXED BY image_exif_lease
    WHERE library_id = :libraryId AND clip_claim_token IS NOT NULL) AS lease`,
  },
});
