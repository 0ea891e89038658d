import { statement } from '../statement.js';
import { WAITING_MODEL } from './waiting-model.js';

const FACTS: readonly string[] = [
  'file_size',
  'modified_at_ms',
  'content_hash',
  'media_type',
  'width',
  'height',
  'orientation',
  'taken_at',
  'taken_at_offset_min',
  'sort_time',
  'camera_make',
  'camera_model',
  'lens_model',
  'iso',
  'aperture',
  'exposure_s',
  'focal_length_mm',
  'gps_latitude',
  'gps_longitude',
  'changed_at_ms',
  'inode',
];

/** Columns that belong to the old bytes, and what they become with new ones. */
const LEDGER: readonly (readonly [column: string, afresh: string])[] = [
  ['clip_embedding', 'NULL'],
  ['clip_model_version', 'NULL'],
  ['clip_encoded_at', 'NULL'],
  ['clip_quality', 'NULL'],
  ['clip_decoder_version', 'NULL'],
  ['clip_attempts', '0'],
  ['clip_deferrals', '0'],
  ['clip_crashes', '0'],
  ['clip_is_source', '0'],
];

/** Columns that start anew with new bytes and when the row becomes hidden or comes back. */
const STANDING: readonly string[] = [
  'clip_next_attempt_at',
  'clip_error_class',
  'clip_error_message',
  'clip_claimed_by',
  'clip_claim_token',
  'clip_claimed_until',
];

const SAME_BYTES = 'image_exif.content_hash = excluded.content_hash';
const SAME_STANDING = `${SAME_BYTES} AND image_exif.clip_status <> 'skipped' AND excluded.clip_status <> 'skipped'`;

/*
 * Adds and refreshes by the unique index on (library_id, rel_path). Equal bytes keep their ledger and their claim; new
 * bytes drop the embedding and the claim, so that what is on its way for the old ones finds nobody.
 * Photos come as arrays, the path first, then the facts in order, the reason to skip last.
 */
export const UPSERT_PHOTOS = statement({
  name: 'upsert-photos',
  params: ['libraryId', 'photos'],
  row: { id: 'number', content_hash: 'text', clip_status: 'text' },
  sqlite: {
    // The probe of the unique index is no part of a plan.
    uses: [],
    sql: `
INSERT INTO image_exif (library_id, rel_path, ${FACTS.join(', ')}, clip_status, clip_error_reason)
SELECT :libraryId, value ->> 0, ${FACTS.map((_name, at) => `value ->> ${at + 1}`).join(', ')},
  iif(value ->> ${FACTS.length + 1} IS NULL, 'pending', 'skipped'), value ->> ${FACTS.length + 1}
FROM json_each(:photos) WHERE true
ON CONFLICT (library_id, rel_path) DO UPDATE SET
  ${FACTS.map((name) => `${name} = excluded.${name}`).join(', ')},
  missing_since = NULL,
  ${LEDGER.map(([name, afresh]) => `${name} = iif(${SAME_BYTES}, image_exif.${name}, ${afresh})`).join(', ')},
  ${STANDING.map((name) => `${name} = iif(${SAME_STANDING}, image_exif.${name}, NULL)`).join(', ')},
  clip_next_model_version = CASE
    WHEN ${SAME_STANDING} THEN image_exif.clip_next_model_version WHEN ${SAME_BYTES} THEN ${WAITING_MODEL}
  END,
  clip_error_reason = iif(${SAME_STANDING}, image_exif.clip_error_reason, excluded.clip_error_reason),
  clip_status = CASE
    WHEN excluded.clip_status = 'skipped' THEN 'skipped'
    WHEN NOT (${SAME_BYTES}) THEN 'pending'
    WHEN image_exif.clip_status <> 'skipped' THEN image_exif.clip_status
    WHEN image_exif.clip_embedding IS NULL THEN 'pending'
    ELSE 'encoded'
  END
RETURNING id, content_hash, clip_status`,
  },
});
