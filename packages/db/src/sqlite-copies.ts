import { readFileSync } from 'node:fs';
import { DatabaseError } from './errors.js';

/** Address, permissions, offset, device and inode stand before the file, which may hold spaces. */
const MAPPED_FILE = /^\S+ \S+ \S+ \S+ \S+ +(\/.*?)(?: \(deleted\))?$/;
const ADDON = /(?:sqlite|libsql)[^/]*\.node$|\/@libsql\/.*\.node$/;
const SHARED_LIBRARY = /\/lib(?:sqlite|sql)[^/]*\.so[\d.]*$/;

/**
 * Files of native SQLite libraries in the text of /proc/self/maps. Two mappings of one file are one copy.
 * @param ofNode Node itself is linked to a shared one, as some distributions build it. That one opens no file by itself,
 * like the one that Node holds inside elsewhere.
 */
export function sqliteLibraries(maps: string, ofNode: boolean): readonly string[] {
  const files = maps.split('\n').map((line) => MAPPED_FILE.exec(line)?.[1] ?? '');
  return [...new Set(files.filter((file) => ADDON.test(file) || (!ofNode && SHARED_LIBRARY.test(file))))];
}

/**
 * Two copies of the SQLite library in one process do not see each other's locks: each drops the other's, acknowledged
 * rows are lost and the file is damaged.
 * @throws DatabaseError TWO_SQLITE_COPIES
 */
export function refuseTwoSqliteCopies(): void {
  const copies = sqliteLibraries(readMaps(), Reflect.get(process.config.variables, 'node_shared_sqlite') === true);
  if (copies.length < 2) return;
  throw new DatabaseError(
    'TWO_SQLITE_COPIES',
    `this process has loaded ${copies.length} SQLite libraries (${copies.join(', ')}), which would damage the file; ` +
      'take the plugin out that brings the second, or give both one version of better-sqlite3',
  );
}

/** Linux tells; elsewhere one version in the lock file has to do. */
function readMaps(): string {
  try {
    return readFileSync('/proc/self/maps', 'utf8');
  } catch {
    return '';
  }
}
