import { type Statement, statement } from '../statement.js';

/** The rows of one claim, by the partial index that holds claimed rows only. */
export const CLAIMED_ROWS: Statement<'token'> = statement({
  name: 'claimed-rows',
  params: ['token'],
  uses: ['image_exif_claim'],
  sql: `
SELECT id, library_id, rel_path, content_hash, file_size, modified_at_ms, sort_time, clip_next_attempt_at,
  clip_attempts, clip_deferrals, clip_crashes
FROM image_exif INDEXED BY image_exif_claim
WHERE clip_claim_token = :token`,
});
