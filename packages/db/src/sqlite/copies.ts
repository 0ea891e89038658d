import { fstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseError } from '../errors.js';

/** Address, permissions, offset, device and inode stand before the file, which may hold spaces. */
const MAPPED_FILE = /^\S+ \S+ \S+ \S+ \S+ +(\/.*?)(?: \(deleted\))?$/;
const ADDON = /(?:sqlite|libsql)[^/]*\.node$|\/better-sqlite3[^/]*\/prebuilds\/[^/]+\.node$|\/@libsql\/.*\.node$/;
const SHARED_LIBRARY = /\/lib(?:sqlite|sql)[^/]*\.so[\d.]*$/;
const DESCRIPTORS = '/proc/self/fd';

/**
 * Native SQLite libraries in the text of /proc/self/maps. Two mappings of one file are one copy.
 * @param ofNode Node itself is linked to a shared one, as some distributions build it: that is `node:sqlite`
 */
export function sqliteLibraries(maps: string, ofNode: boolean): readonly string[] {
  const files = maps.split('\n').map((line) => MAPPED_FILE.exec(line)?.[1] ?? '');
  return [...new Set(files.filter((file) => ADDON.test(file) || (!ofNode && SHARED_LIBRARY.test(file))))];
}

/** The copies of SQLite in this process; `node:sqlite` is one that no file tells of. */
function loadedCopies(): readonly string[] {
  const builtin = Reflect.get(process, 'moduleLoadList');
  const isBuiltinLoaded = Array.isArray(builtin) && builtin.includes('NativeModule sqlite');
  const ofNode = Reflect.get(process.config.variables, 'node_shared_sqlite') === true;
  return [...sqliteLibraries(readMaps(), ofNode), ...(isBuiltinLoaded ? ['node:sqlite'] : [])];
}

/** Linux tells; elsewhere nothing does. */
function readMaps(): string {
  try {
    return readFileSync('/proc/self/maps', 'utf8');
  } catch {
    return '';
  }
}

/**
 * How many copies of SQLite in this process hold a database open. However many connections a copy has, it opens the
 * index of the write-ahead log (`-shm`) once.
 */
function copiesHolding(file: string): number {
  const index = statSync(`${file}-shm`, { bigint: true, throwIfNoEntry: false });
  if (index === undefined) return 0;
  return openDescriptors().filter((descriptor) => {
    // By name first: to ask for the state of a file on a silent network drive would wait for it.
    if (!linkOf(descriptor).endsWith('-shm')) return false;
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return dev === index.dev && ino === index.ino;
  }).length;
}

function openDescriptors(): readonly number[] {
  try {
    return readdirSync(DESCRIPTORS).map(Number);
  } catch {
    return [];
  }
}

/** A descriptor may be closed while the list is read. */
function linkOf(descriptor: number): string {
  try {
    return readlinkSync(join(DESCRIPTORS, String(descriptor)));
  } catch {
    return '';
  }
}

function twoCopies(file: string, copies: readonly string[]): DatabaseError {
  return new DatabaseError(
    'TWO_SQLITE_COPIES',
    `${file} is open in this process through another copy of the SQLite library (loaded are ${copies.join(', ')}), ` +
      'and two would damage it; take the plugin out that opens it, or let it open another file',
  );
}

function refuseOtherHolder(file: string, isOurs: boolean): void {
  const holding = copiesHolding(file);
  if (holding <= (isOurs ? 1 : 0)) return;
  const copies = loadedCopies();
  // Where only our copy is loaded, somebody else uses that one, and their locks are seen.
  if (holding > 1 || copies.length > 1) throw twoCopies(file, copies);
}

/** Files that this program has open, with the number of times. */
const ours = new Map<string, number>();

/**
 * Two copies of the SQLite library in one process do not see each other's locks: each drops the other's, acknowledged
 * rows are lost and the file is damaged. A copy that does not hold this file does no harm. Call it before the file is
 * opened, with our own copy loaded.
 * @returns to call when the file is closed again
 * @throws DatabaseError TWO_SQLITE_COPIES
 */
export function holdFile(file: string): () => void {
  const key = join(realpathSync(dirname(file)), basename(file));
  const times = ours.get(key) ?? 0;
  refuseOtherHolder(file, times > 0);
  ours.set(key, times + 1);
  return () => {
    const left = (ours.get(key) ?? 0) - 1;
    if (left > 0) ours.set(key, left);
    else ours.delete(key);
  };
}
