/** Encoded, and without an outcome in the wanted model. */
export const isOutdated = (row: string): string =>
  `(${row}.clip_status = 'encoded' AND ${row}.clip_model_version <> :wanted AND (${row}.clip_next_model_version IS NULL OR ${row}.clip_next_attempt_at IS NOT NULL))`;

/** Its own vector is what a search finds, so it stays until the change. */
export const IS_SEARCHED: string =
  "(image_exif.clip_status = 'encoded' AND image_exif.clip_model_version = :active AND :active <> :wanted)";

/** A verdict for good, whether the row is failed already or still has the vector of before. */
export const isFinal = (row: string): string =>
  `(${row}.clip_status = 'failed' OR (${row}.clip_status = 'encoded' AND ${row}.clip_error_class IS NOT NULL AND ${row}.clip_next_attempt_at IS NULL))`;

/** Nobody holds the row. */
export const FREE: string = 'clip_claimed_by = NULL, clip_claim_token = NULL, clip_claimed_until = NULL';

/** Nothing is counted against the row, and nothing waits. */
export const AFRESH: string = `clip_attempts = 0, clip_deferrals = 0, clip_crashes = 0, clip_next_attempt_at = NULL,
  clip_error_class = NULL, clip_error_reason = NULL, clip_error_message = NULL`;
