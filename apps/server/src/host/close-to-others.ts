import { closeSync, constants, fchmodSync, fstatSync, openSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { BaseLogger } from 'pino';
import { systemCode } from '../errors.js';

/** What was found in a folder that must be closed to others. */
export interface ClosedFolder {
  /** Was open to others, and has been closed. */
  readonly mended: readonly string[];
  /** Still open: it belongs to another user, or its disk stores no permissions. */
  readonly open: readonly string[];
}

const FOR_OTHERS = 0o077;

/**
 * Takes away other users' permissions on a folder and its entries, where these belong to this user. Follows no links.
 * @param deep subfolders to close with everything inside; of the others, only the folder itself is closed
 */
export function closeToOthers(folder: string, deep: readonly string[] = []): ClosedFolder {
  const found: Found = { mended: [], open: [] };
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

/** Stops at folders that were closed already: nobody gets past those, and there are many thumbnails. */
function walk(path: string, found: Found): void {
  const facts = close(path, found);
  if (facts === undefined || !facts.isDirectory() || !isOpen(facts)) return;
  for (const name of namesIn(path)) walk(join(path, name), found);
}

/** @returns the state before; undefined for anything that is gone, or neither a file nor a folder */
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

// Not by path twice: somebody could put a link there in between.
function openItself(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined; // Gone, a link, a socket, or closed to us as well.
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
    return []; // It was removed in the meantime, or belongs to another user.
  }
}

// Made by clip-watch itself. Any other folder here may be somebody's own.
const OWN_FOLDERS = ['models', 'thumbnails'];

/** Closes the data folder to others, and logs what it did and what it could not do. */
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
