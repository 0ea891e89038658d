import { accessSync, closeSync, constants, existsSync, openSync, statSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { badUrl } from '../database-url.js';
import { DatabaseError } from '../errors.js';

/**
 * @returns the absolute path of the SQLite file
 * @throws DatabaseError BAD_URL
 */
export function fileOfUrl(url: string): string {
  const path = url.startsWith('file:') ? decodePath(url.slice('file:'.length)) : undefined;
  if (path === undefined || path.includes('\0') || !isAbsolute(path) || path.endsWith('/')) throw badUrl(url);
  return path;
}

/** `file:///x` and `file:/x` are one; `?mode=…` would be taken for a part of the name by the driver. */
function decodePath(rest: string): string | undefined {
  const path = rest.startsWith('///') ? rest.slice(2) : rest;
  return path.startsWith('//') || path.includes('?') ? undefined : path;
}

/**
 * Says before SQLite does what is wrong with the place, in words.
 * @throws DatabaseError NOT_WRITABLE, READ_ONLY, NOT_A_DATABASE
 */
export function checkPlace(file: string): void {
  const folder = dirname(file);
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new DatabaseError('NOT_WRITABLE', `${folder} is no folder; create it, or name another file in DATABASE_URL`);
  if (existsSync(file) && !statSync(file).isFile())
    throw new DatabaseError('NOT_A_DATABASE', `${file} is no regular file; name another in DATABASE_URL`);
  const folderFault = writeFault(folder);
  if (folderFault === 'EROFS')
    throw new DatabaseError(
      'READ_ONLY',
      `${folder} is on a read-only disk; mount it writable, or name another in DATABASE_URL`,
    );
  if (folderFault !== undefined)
    throw new DatabaseError(
      'NOT_WRITABLE',
      `${folder} cannot be written; the database keeps files beside itself: change its permissions, or name another`,
    );
  if (existsSync(file) && writeFault(file) !== undefined)
    throw new DatabaseError('READ_ONLY', `${file} is read-only; change its permissions, or name another`);
}

/**
 * Makes an empty file for this user only, where there is none. SQLite takes it for a new database, and gives the files
 * that it keeps beside it the same mode.
 */
export function makePrivateFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch {
    // It is there, or SQLite will say in a moment why it cannot be.
  }
}

/** True also for root, whom permissions do not stop. */
export function isOnReadOnlyDisk(file: string): boolean {
  return writeFault(dirname(file)) === 'EROFS';
}

/** @returns the system's code when the path cannot be read and written */
function writeFault(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    return String(Reflect.get(Object(error), 'code'));
  }
}
