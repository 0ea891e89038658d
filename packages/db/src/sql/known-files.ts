import { statement } from '../statement.js';

const KNOWN_FILE = {
  id: 'number',
  rel_path: 'text',
  file_size: 'number',
  modified_at_ms: 'number',
  changed_at_ms: 'number?',
  inode: 'text?',
  content_hash: 'text',
  missing_since: 'number?',
} as const;
// Of the table by name: json_each has an id of its own.
const COLUMNS = 'image_exif.id, rel_path, file_size, modified_at_ms, changed_at_ms, inode, content_hash, missing_since';

/** The scan walks one library in path order: the unique index gives the order, and the start of each page. */
export const PAGE_KNOWN_FILES = statement({
  name: 'page-known-files',
  params: ['libraryId', 'after', 'limit'],
  row: KNOWN_FILE,
  sqlite: {
    uses: ['image_exif_library_id_rel_path_key'],
    sql: `
SELECT ${COLUMNS} FROM image_exif INDEXED BY image_exif_library_id_rel_path_key
WHERE library_id = :libraryId AND rel_path > :after ORDER BY rel_path LIMIT :limit`,
  },
});

/** The first and the last row of one library, by the index that holds its ids in order. */
export const FIND_ID_RANGE = statement({
  name: 'find-id-range',
  params: ['libraryId'],
  row: { first_id: 'number?', last_id: 'number?' },
  sqlite: {
    uses: ['image_exif_library'],
    sql: `
SELECT (SELECT MIN(id) FROM image_exif INDEXED BY image_exif_library WHERE library_id = :libraryId) AS first_id,
  (SELECT MAX(id) FROM image_exif INDEXED BY image_exif_library WHERE library_id = :libraryId) AS last_id`,
  },
});

/** From each of these ids on, the next row of one library that is not missing. */
export const SAMPLE_KNOWN_FILES = statement({
  name: 'sample-known-files',
  params: ['libraryId', 'spots'],
  row: KNOWN_FILE,
  sqlite: {
    uses: ['image_exif_library', 'rowid'],
    sql: `
SELECT DISTINCT ${COLUMNS} FROM json_each(:spots) AS spot
  CROSS JOIN image_exif ON image_exif.id = (
    SELECT same.id FROM image_exif AS same INDEXED BY image_exif_library
    WHERE same.library_id = :libraryId AND same.id >= spot.value AND same.missing_since IS NULL
    ORDER BY same.id LIMIT 1
  )`,
  },
});

/** CROSS JOIN: without statistics the planner would walk the library and probe the list. */
export const FIND_KNOWN_FILES = statement({
  name: 'find-known-files',
  params: ['libraryId', 'paths'],
  row: KNOWN_FILE,
  sqlite: {
    uses: ['image_exif_library_id_rel_path_key'],
    sql: `
SELECT ${COLUMNS} FROM json_each(:paths) AS wanted
  CROSS JOIN image_exif ON library_id = :libraryId AND rel_path = wanted.value`,
  },
});

/** Rows of before learn when their file's inode last changed. Those that know it leave it to the next reading. */
export const NOTE_INODES = statement({
  name: 'note-inodes',
  params: ['files'],
  sqlite: {
    uses: ['rowid'],
    sql: `
WITH met AS MATERIALIZED (
  SELECT value ->> 0 AS id, value ->> 1 AS changed_at_ms, value ->> 2 AS inode FROM json_each(:files)
)
UPDATE image_exif SET changed_at_ms = met.changed_at_ms, inode = met.inode
FROM met WHERE image_exif.id = met.id AND image_exif.changed_at_ms IS NULL`,
  },
});

/**
 * Those of these rows whose bytes a newer row of the library has, one that is not among the excluded. The index on the
 * content holds ids in order: equal rows that are older are not looked at.
 */
export const COUNT_MOVED = statement({
  name: 'count-moved',
  params: ['libraryId', 'ids', 'newerThan', 'except'],
  row: { moved: 'number' },
  sqlite: {
    uses: ['rowid', 'image_exif_content'],
    sql: `
SELECT COUNT(*) AS moved FROM image_exif AS mine
WHERE mine.id IN (SELECT value FROM json_each(:ids)) AND EXISTS (
  SELECT 1 FROM image_exif AS twin INDEXED BY image_exif_content
  WHERE twin.content_hash = mine.content_hash AND twin.id > :newerThan
    AND twin.library_id = :libraryId AND twin.missing_since IS NULL
    AND twin.id NOT IN (SELECT value FROM json_each(:except))
)`,
  },
});
