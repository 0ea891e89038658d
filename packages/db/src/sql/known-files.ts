import { type Statement, statement } from '../statement.js';

// Of the table by name: json_each has an id of its own.
const COLUMNS = 'image_exif.id, rel_path, file_size, modified_at_ms, content_hash, missing_since';

/** The scan walks one library in path order: the unique index gives the order, and the start of each page. */
export const PAGE_KNOWN_FILES: Statement<'libraryId' | 'after' | 'limit'> = statement({
  name: 'page-known-files',
  params: ['libraryId', 'after', 'limit'],
  uses: ['image_exif_library_id_rel_path_key'],
  sql: `
SELECT ${COLUMNS} FROM image_exif INDEXED BY image_exif_library_id_rel_path_key
WHERE library_id = :libraryId AND rel_path > :after ORDER BY rel_path LIMIT :limit`,
});

/** CROSS JOIN: without statistics the planner would walk the library and probe the list. */
export const FIND_KNOWN_FILES: Statement<'libraryId' | 'paths'> = statement({
  name: 'find-known-files',
  params: ['libraryId', 'paths'],
  uses: ['image_exif_library_id_rel_path_key'],
  sql: `
SELECT ${COLUMNS} FROM json_each(:paths) AS wanted
  CROSS JOIN image_exif ON library_id = :libraryId AND rel_path = wanted.value`,
});
