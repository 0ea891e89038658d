import { statement } from '../statement.js';

/** Hides rows whose file is gone. A time that is there stays: removal counts from the first scan that missed it. */
export const MARK_MISSING = statement({
  name: 'mark-missing',
  params: ['ids', 'now'],
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE image_exif SET missing_since = :now
WHERE id IN (SELECT value FROM json_each(:ids)) AND missing_since IS NULL`,
  },
});

/** @returns the status too: a vector that comes back is searchable again */
export const MARK_SEEN = statement({
  name: 'mark-seen',
  params: ['ids'],
  row: { id: 'number', clip_status: 'text' },
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE image_exif SET missing_since = NULL
WHERE id IN (SELECT value FROM json_each(:ids)) AND missing_since IS NOT NULL
RETURNING id, clip_status`,
  },
});

/** What has been gone for long, in batches: a row carries its vector, and a thousand of them are felt. */
export const PAGE_LONG_MISSING = statement({
  name: 'page-long-missing',
  params: ['libraryId', 'before', 'limit'],
  row: { id: 'number' },
  sqlite: {
    uses: ['image_exif_missing'],
    sql: `
SELECT id FROM image_exif INDEXED BY image_exif_missing
WHERE library_id = :libraryId AND missing_since IS NOT NULL AND missing_since < :before
ORDER BY missing_since LIMIT :limit`,
  },
});

/** Those go, after their vectors were kept in the same transaction. */
export const REMOVE_ROWS = statement({
  name: 'remove-rows',
  params: ['ids'],
  sqlite: {
    uses: ['rowid'],
    sql: 'DELETE FROM image_exif WHERE id IN (SELECT value FROM json_each(:ids))',
  },
});

/** A library goes, in batches too. */
export const REMOVE_LIBRARY_ROWS = statement({
  name: 'remove-library-rows',
  params: ['libraryId', 'limit'],
  sqlite: {
    uses: ['image_exif_library', 'rowid'],
    sql: `
DELETE FROM image_exif WHERE id IN (
  SELECT id FROM image_exif INDEXED BY image_exif_library WHERE library_id = :libraryId LIMIT :limit
)`,
  },
});
