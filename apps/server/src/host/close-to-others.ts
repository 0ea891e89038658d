import { closeSync, constants, fchmodSync, fstatSync, openSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { BaseLogger } from 'pino';
import { systemCode } from '../errors.js';

/** What was found of a folder that others shall not look into. */
export interface ClosedFolder {
  /** Was open, and is no more. */
  readonly mended: readonly string[];
  /** Still open: another user's, or on a disk that keeps no permissions. */
  readonly open: readonly string[];
}

const FOR_OTHERS = 0o077;

/**
 * Takes from all others what they may do with a folder and what lies in it, where it is this user's. Links are not
 * followed.
 * @param deep names in it whose whole content is meant; of other folders only they themselves are closed
 */
export function closeToOthers(folder: string, deep: readonly string[] = []): ClosedFolder {
  const found = { mended: [] as string[], open: [] as string[] };
  close(folder, found);
  for (const name of namesIn(folder)) {
    if (deep.includes(name)) walk(join(folder, name), found);
    else close(join(folder, name), found);
  }
  return found;
}

interface Found {
  readonly mended: string[];
  readonly open: string[];
}

/** A folder that is closed already is not looked into: nobody gets past it, and thumbnails are many. */
function walk(path: string, found: Found): void {
  const facts = close(path, found);
  if (facts === undefined || !facts.isDirectory() || !isOpen(facts)) return;
  for (const name of namesIn(path)) walk(join(path, name), found);
}

/** @returns what it was before; undefined for what is gone, a link, or neither file nor folder */
function close(path: string, found: Found): Stats | undefined {
  const fd = openItself(path);
  if (fd === undefined) return undefined;
  try {
    const facts = fstatSync(fd);
    if (!facts.isFile() && !facts.isDirectory()) return undefined;
    if (isOpen(facts)) (mend(fd, facts) ? found.mended : found.open).push(path);
    return facts;
  } finally {
    closeSync(fd);
  }
}

// Not the path: between two looks at it somebody may have put a link in its place.
function openItself(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined; // Gone, a link, a socket, or closed even to us.
  }
}

function mend(fd: number, { mode, uid }: Stats): boolean {
  if (uid !== process.geteuid?.()) return false;
  try {
    fchmodSync(fd, mode & 0o7777 & ~FOR_OTHERS);
  } catch (error) {
    if (!['EPERM', 'EROFS', 'ENOTSUP', 'EINVAL'].includes(systemCode(error) ?? '')) throw error;
  }
  return !isOpen(fstatSync(fd));
}

const isOpen = ({ mode }: Stats): boolean => (mode & FOR_OTHERS) !== 0;

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Removed meanwhile, or another user's.
  }
}

// What clip-watch makes itself. Somebody may have put a folder of their own beside them.
const OWN_FOLDERS = ['models', 'thumbnails'];

/** Closes the data folder, and says what it did and what it could not. */
export function closeDataFolder(dataDir: string, log: Pick<BaseLogger, 'info' | 'warn'>): void {
  if (process.platform === 'win32') return; // Modes mean nothing there.
  const { mended, open } = closeToOthers(dataDir, OWN_FOLDERS);
  if (mended.length > 0)
    log.info(
      { dataDir, paths: mended.length },
      'others could read what lies in the data folder: it is closed to them now',
    );
  if (open.length > 0)
    log.warn(
      { dataDir, paths: open.slice(0, 10), more: Math.max(0, open.length - 10) },
      `others can read ${open[0]}, and it cannot be closed to them: it is another user's, or its disk keeps no permissions`,
    );
}
