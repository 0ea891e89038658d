import { readFileSync } from 'node:fs';
import { DatabaseError } from './errors.js';

/** Files of native SQLite libraries in the text of /proc/self/maps. Two mappings of one file are one copy. */
export function sqliteLibraries(maps: string): readonly string[] {
  const files = maps.matchAll(/\s(\/\S*(?:sqlite|libsql)[^/\n]*\.(?:node|so[\d.]*))$/gm);
  return [...new Set([...files].map((match) => match[1] ?? ''))];
}

/**
 * Two copies of the SQLite library in one process do not see each other's locks: each drops the other's, acknowledged
 * rows are lost and the file is damaged.
 * @throws DatabaseError TWO_SQLITE_COPIES
 */
export function refuseTwoSqliteCopies(maps: string = readMaps()): void {
  const copies = sqliteLibraries(maps);
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
