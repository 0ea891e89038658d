import { statement } from '../statement.js';
import { isFinal, isOutdated } from './standing.js';

/**
 * For each of these bytes a row with an embedding of the model, its own or one that waits. Where many rows have them,
 * the index of sources finds it in one step; a row that was alone when it was encoded is no source, and then it has few
 * twins.
 */
export const FIND_SOURCES = statement({
  name: 'find-sources',
  params: ['hashes', 'modelVersion'],
  row: { content_hash: 'text', source: 'number?' },
  sqlite: {
    uses: ['image_exif_source', 'image_exif_content', 'image_exif_next_embedding_source'],
    sql: `
SELECT wanted.value AS content_hash, coalesce(
  (
    SELECT id FROM image_exif INDEXED BY image_exif_source
    WHERE content_hash = wanted.value AND clip_model_version = :modelVersion AND clip_is_source = 1 LIMIT 1
  ),
  (
    SELECT id FROM (
      SELECT id, clip_model_version, clip_embedding IS NOT NULL AS embedded
      FROM image_exif INDEXED BY image_exif_content WHERE content_hash = wanted.value ORDER BY id LIMIT 64
    ) WHERE embedded AND clip_model_version = :modelVersion LIMIT 1
  ),
  (
    SELECT image_id FROM image_exif_next_embedding INDEXED BY image_exif_next_embedding_source
    WHERE content_hash = wanted.value AND model_version = :modelVersion LIMIT 1
  )
) AS source
FROM json_each(:hashes) AS wanted`,
  },
});

/** For each of these bytes the row that knows the worst of them. The index holds rows with a bad name only. */
export const FIND_TROUBLE = statement({
  name: 'find-trouble',
  params: ['hashes'],
  row: { content_hash: 'text', source: 'number?' },
  sqlite: {
    uses: ['image_exif_troubled_hash'],
    sql: `
SELECT wanted.value AS content_hash, (
  SELECT id FROM image_exif INDEXED BY image_exif_troubled_hash
  WHERE content_hash = wanted.value AND clip_attempts + clip_crashes > 0 AND clip_status <> 'skipped'
  ORDER BY ${isFinal('image_exif')} DESC, clip_attempts DESC, clip_crashes DESC LIMIT 1
) AS source
FROM json_each(:hashes) AS wanted`,
  },
});

/** Rows that are due with the bytes of rows that have just got an outcome, in either lane. */
export const FIND_DUE_TWINS = statement({
  name: 'find-due-twins',
  params: ['ids', 'wanted', 'limit'],
  row: { target: 'number', source: 'number' },
  sqlite: {
    uses: ['image_exif_content', 'rowid'],
    sql: `
SELECT same.id AS target, source.id AS source
FROM json_each(:ids) AS done CROSS JOIN image_exif AS source ON source.id = done.value
  CROSS JOIN image_exif AS same INDEXED BY image_exif_content
    ON same.content_hash = source.content_hash AND same.id <> source.id
    AND (same.clip_status = 'pending' OR ${isOutdated('same')})
LIMIT :limit`,
  },
});
