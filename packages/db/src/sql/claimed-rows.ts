import { statement } from '../statement.js';

/** The rows of one claim, by the partial index that holds claimed rows only. */
export const CLAIMED_ROWS = statement({
  name: 'claimed-rows',
  params: ['token'],
  row: {
    id: 'number',
    library_id: 'number',
    rel_path: 'text',
    content_hash: 'text',
    file_size: 'number',
    modified_at_ms: 'number',
    sort_time: 'number',
    clip_next_attempt_at: 'number?',
    clip_attempts: 'number',
    clip_deferrals: 'number',
    clip_crashes: 'number',
  },
  sqlite: {
    uses: ['image_exif_claim'],
    sql: `
SELECT id, library_id, rel_path, content_hash, file_size, modified_at_ms, sort_time, clip_next_attempt_at,
  clip_attempts, clip_deferrals, clip_crashes
FROM image_exif INDEXED BY image_exif_claim
WHERE clip_claim_token = :token`,
  },
});
