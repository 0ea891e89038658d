import { statement } from '../statement.js';

// The index holds listed rows only; with its columns alone it answers by itself.
const LISTED_PAGE = `FROM image_exif INDEXED BY image_exif_listed
WHERE library_id = :libraryId AND missing_since IS NULL AND clip_status <> 'skipped'
  AND (sort_time, id) < (:sortTime, :id) AND sort_time >= :takenAfter
ORDER BY sort_time DESC, id DESC LIMIT :limit`;

/** One library's photos, newest first, after a place and down to a time. */
export const PAGE_IMAGE_IDS = statement({
  name: 'page-image-ids',
  params: ['libraryId', 'sortTime', 'id', 'takenAfter', 'limit'],
  row: { id: 'number', sort_time: 'number' },
  sqlite: {
    uses: ['image_exif_listed'],
    sql: `SELECT id, sort_time ${LISTED_PAGE}`,
  },
});

/** The same with the camera of each, a look into the table a row. */
export const PAGE_IMAGE_CAMERAS = statement({
  name: 'page-image-cameras',
  params: ['libraryId', 'sortTime', 'id', 'takenAfter', 'limit'],
  row: { id: 'number', sort_time: 'number', camera_make: 'text?', camera_model: 'text?' },
  sqlite: {
    uses: ['image_exif_listed'],
    sql: `SELECT id, sort_time, camera_make, camera_model ${LISTED_PAGE}`,
  },
});

/** The months that hold photos of a library, newest first, one step of the index each. It begins with the year 9998: there SQLite's calendar ends. */
export const LIST_MONTHS = statement({
  name: 'list-months',
  params: ['libraryId'],
  row: { month: 'text' },
  sqlite: {
    uses: ['image_exif_listed'],
    sql: `
WITH RECURSIVE step(newest) AS (
  SELECT 253370764800000
  UNION ALL
  SELECT (
    SELECT sort_time FROM image_exif INDEXED BY image_exif_listed
    WHERE library_id = :libraryId AND missing_since IS NULL AND clip_status <> 'skipped'
      AND sort_time < 1000 * unixepoch(newest / 1000.0, 'unixepoch', 'start of month')
    ORDER BY sort_time DESC LIMIT 1)
  FROM step WHERE newest IS NOT NULL)
SELECT strftime('%Y-%m', newest / 1000.0, 'unixepoch') AS month FROM step
WHERE newest < 253370764800000 AND month IS NOT NULL`,
  },
});

/** The makes of cameras, one step of the index each, not one row each. */
export const NEXT_CAMERA_MAKE = statement({
  name: 'next-camera-make',
  params: ['after'],
  row: { camera_make: 'text' },
  sqlite: {
    uses: ['image_exif_camera'],
    sql: `
SELECT camera_make FROM image_exif INDEXED BY image_exif_camera
WHERE camera_make > :after ORDER BY camera_make LIMIT 1`,
  },
});

/** The models of one make, by the same steps. */
export const NEXT_CAMERA_MODEL = statement({
  name: 'next-camera-model',
  params: ['make', 'after'],
  row: { camera_model: 'text' },
  sqlite: {
    uses: ['image_exif_camera'],
    sql: `
SELECT camera_model FROM image_exif INDEXED BY image_exif_camera
WHERE camera_make IS :make AND camera_model > :after ORDER BY camera_model LIMIT 1`,
  },
});

/**
 * Rows by id with what says whether their vector is searchable, and the one that waits. The walk reads every row once, a bounded batch at a
 * time, however few of them have a vector; an expression around the vector would lose its type in the driver.
 */
export const PAGE_EMBEDDINGS = statement({
  name: 'page-embeddings',
  params: ['afterId', 'limit'],
  row: {
    id: 'number',
    library_id: 'number',
    sort_time: 'number',
    camera_make: 'text?',
    camera_model: 'text?',
    missing_since: 'number?',
    clip_status: 'text',
    clip_model_version: 'text?',
    clip_embedding: 'bytes?',
    waiting_model_version: 'text?',
    waiting_embedding: 'bytes?',
  },
  sqlite: {
    uses: ['rowid'],
    sql: `
SELECT id, library_id, sort_time, camera_make, camera_model, missing_since, clip_status, clip_model_version,
  clip_embedding, waiting.model_version AS waiting_model_version, waiting.embedding AS waiting_embedding
FROM image_exif LEFT JOIN image_exif_next_embedding AS waiting ON waiting.image_id = image_exif.id
WHERE id > :afterId ORDER BY id LIMIT :limit`,
  },
});

/** Kept by triggers; a few rows a library. */
export const READ_COUNTERS = statement({
  name: 'read-counters',
  params: [],
  row: {
    library_id: 'number',
    status: 'text',
    error_class: 'text',
    reason: 'text',
    quality: 'text',
    count: 'number',
  },
  sqlite: {
    uses: [],
    sql: 'SELECT library_id, status, error_class, reason, quality, count FROM clip_counter WHERE count > 0',
  },
});
