import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Database, ImageRow, Library } from '@clip-watch/db';
import { isWithin } from '../library/is-within.js';
import { findRealPlace } from '../library/real-place.js';

export interface PhotoPlace {
  readonly path: string;
  readonly library: Library | null;
  readonly relPath: string;
  readonly row: ImageRow | null;
}

/** Where a path lies among the libraries; the file itself need not exist any more. */
export async function locatePhoto(database: Database, typed: string, cwd: string): Promise<PhotoPlace> {
  const path = await realOrSame(resolve(cwd, typed));
  const library = (await database.libraries.list()).find(({ rootPath }) => isWithin(path, rootPath)) ?? null;
  if (library === null) return { path, library, relPath: path, row: null };
  const relPath = relative(library.rootPath, path).split(sep).join('/');
  return { path, library, relPath, row: await database.images.findImageByPath(library.id, relPath) };
}

/** The folder's real path with the name as it is: a link in the library is itself no photo. */
async function realOrSame(path: string): Promise<string> {
  try {
    return join((await findRealPlace(dirname(path))).path, basename(path));
  } catch {
    return path; // The folder is gone or its disk hangs; the table may still know the photo.
  }
}
