/** A path to an open photo that ExifTool may have: it never sees the photo's own name, and opens the very same file. */
import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { exifToolSuffix } from './formats/exiftool-suffix.js';
import type { Content } from './formats/sniff-content.js';
import type { TempNames } from './host/temp-names.js';
import { isVerdict, PictureProblem, problemFromSystemError } from './photo-reasons.js';
import type { OpenPhoto } from './read-photo.js';

/** Made when its path is first asked for: most photos never need ExifTool. */
export interface PhotoLink {
  readonly path: string;
  /** From now on the path leads to a copy of the bytes that were read. @returns false when it does already */
  useCopy?(): boolean;
}

/**
 * Asks ExifTool, which opens the photo once more, and its disk may hang just then. Before the photo is blamed for a
 * silence, ExifTool gets a copy of what was read.
 */
export async function askThrough<T>(link: PhotoLink, ask: (path: string) => Promise<T>): Promise<T> {
  try {
    return await ask(link.path);
  } catch (error) {
    if (!(error instanceof PictureProblem) || isVerdict(error) || link.useCopy?.() !== true) throw error;
    return await ask(link.path);
  }
}

const HAS_PROC = existsSync('/proc/self/fd');

/** The content of a photo, for systems without /proc, where ExifTool gets a copy, and what it is. */
export interface LinkedBytes {
  readonly bytes: Buffer;
  readonly content: Content;
}

export function linkPhoto(
  photo: OpenPhoto,
  relPath: string,
  linked: LinkedBytes,
  temp: TempNames,
): PhotoLink & Disposable {
  return linkTo(`/proc/${process.pid}/fd/${photo.fd}`, relPath, linked, temp);
}

/** To an upload, whose name says nothing. */
export function linkUpload(path: string, linked: LinkedBytes, temp: TempNames): PhotoLink & Disposable {
  return linkTo(path, '', linked, temp);
}

function linkTo(
  target: string,
  name: string,
  { bytes, content }: LinkedBytes,
  temp: TempNames,
): PhotoLink & Disposable {
  let made: string | undefined;
  let isCopy = !HAS_PROC;
  const remove = (): void => {
    if (made !== undefined) rmSync(made, { force: true });
    made = undefined;
  };
  return {
    get path() {
      made ??= makeFile(temp.next(exifToolSuffix(name, content)), isCopy ? bytes : target);
      return made;
    },
    useCopy() {
      if (isCopy) return false;
      remove();
      isCopy = true;
      return true;
    },
    [Symbol.dispose]: remove,
  };
}

/** @param content the bytes, or the target of a link */
function makeFile(path: string, content: Buffer | string): string {
  try {
    if (typeof content === 'string') symlinkSync(content, path);
    else writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
    return path;
  } catch (error) {
    throw problemFromSystemError(error);
  }
}
