/** Encoded, and without an outcome in the wanted model. */
export const isOutdated = (row: string): string =>
  `(${row}.clip_status = 'encoded' AND ${row}.clip_model_version <> :wanted AND (${row}.clip_next_model_version IS NULL OR ${row}.clip_next_attempt_at IS NOT NULL))`;

/** Its own vector is what a search finds, so it stays until the change. */
export const IS_SEARCHED: string =
  "(image_exif.clip_status = 'encoded' AND image_exif.clip_model_version = :active AND :active <> :wanted)";
