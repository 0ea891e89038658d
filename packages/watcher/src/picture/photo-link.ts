/** A path to an open photo that ExifTool may have: it never sees the photo's own name, and opens the very same file. */
import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { extensionOf } from '../file-types.js';
import type { OpenPhoto } from './read-photo.js';
import type { TempNames } from './temp-names.js';

/** Made when its path is first asked for: most photos never need ExifTool. */
export interface PhotoLink {
  readonly path: string;
}

const HAS_PROC = existsSync('/proc/self/fd');

/** @param bytes the file's content, for systems without /proc, where ExifTool gets a copy */
export function linkPhoto(photo: OpenPhoto, relPath: string, bytes: Buffer, temp: TempNames): PhotoLink & Disposable {
  let made: string | undefined;
  return {
    get path() {
      made ??= makeLink(photo, temp.next(suffixFor(relPath)), bytes);
      return made;
    },
    [Symbol.dispose]() {
      if (made !== undefined) rmSync(made, { force: true });
    },
  };
}

/** ExifTool tells some RAW formats apart by extension only. */
function suffixFor(relPath: string): string {
  const extension = extensionOf(relPath);
  return /^[a-z0-9]{1,5}$/.test(extension) ? `.${extension}` : '';
}

function makeLink(photo: OpenPhoto, path: string, bytes: Buffer): string {
  if (HAS_PROC) symlinkSync(`/proc/${process.pid}/fd/${photo.fd}`, path);
  else writeFileSync(path, bytes, { flag: 'wx', mode: 0o600 });
  return path;
}
