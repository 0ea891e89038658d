/**
 * Opens and reads photos so that no name, link or race can make it read anything else. Runs in a decoder thread, with
 * blocking calls on purpose: a mount that hangs then costs one thread and not libuv's pool.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, realpathSync, type Stats } from 'node:fs';
import { join, sep } from 'node:path';
import { type OpenRoot, openRootSync, RootChangedError } from '@clip-watch/library-root';
import type { PhotoLocation } from '../picture-types.js';
import { PictureProblem, problemFromSystemError } from './photo-reasons.js';
import { giveBack, takeBuffer } from './read-buffer.js';

/** An open photo: its descriptor is checked to be a regular file below the library's root. */
export interface OpenPhoto extends Disposable {
  readonly fd: number;
  readonly size: number;
  readonly modifiedAtMs: number;
  readonly changedAtMs: number;
  readonly inode: string;
  /** Once it was read; the memory goes to the next photo when this one is closed. */
  bytes: Buffer | undefined;
}

/** O_NONBLOCK: opening a pipe must not wait for its writer. O_NOFOLLOW: a link is refused, not followed. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Small enough that a slow disk shows progress several times within a deadline. */
const CHUNK_BYTES = 1 << 20;

/**
 * @throws PictureProblem root_changed, not_found, outside_library, not_a_regular_file, unreadable, read_timeout
 */
export function openPhoto(location: PhotoLocation): OpenPhoto {
  assertBelow(location.relPath);
  using root = openLibraryRoot(location);
  const path = join(root.base, location.relPath);
  const fd = systemCall(() => openSync(path, OPEN_FLAGS));
  try {
    const stats = systemCall(() => fstatSync(fd));
    assertUnderRoot(fd, path, root);
    if (!stats.isFile()) throw new PictureProblem('not_a_regular_file', 'The name belongs to no regular file.');
    return opened(fd, stats);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function opened(fd: number, stats: Stats): OpenPhoto {
  const photo: OpenPhoto = {
    fd,
    size: stats.size,
    modifiedAtMs: Math.trunc(stats.mtimeMs),
    changedAtMs: Math.trunc(stats.ctimeMs),
    inode: String(stats.ino),
    bytes: undefined,
    [Symbol.dispose]() {
      closeSync(fd);
      if (photo.bytes !== undefined) giveBack(photo.bytes);
      photo.bytes = undefined;
    },
  };
  return photo;
}

/**
 * Reads the whole file once.
 * @returns bytes that are the photo's until it is closed
 * @param onProgress called after each part: a large file on a slow disk is not a disk that hangs
 * @throws PictureProblem changed_while_reading, unreadable
 */
export function readPhoto(photo: OpenPhoto, onProgress: () => void = () => {}): Buffer {
  photo.bytes ??= takeBuffer(photo.size);
  const read = fill(photo.fd, photo.bytes, onProgress);
  assertUnchanged(photo, read);
  return photo.bytes;
}

/** The first bytes, zeros where the file is shorter. */
export function readHead(photo: OpenPhoto, length: number): Buffer {
  const head = Buffer.alloc(length);
  systemCall(() => readSync(photo.fd, head, 0, length, 0));
  return head;
}

/** SHA-256 without holding the file, for files that are too large to be decoded anyway. */
export function hashInChunks(photo: OpenPhoto, onProgress: () => void = () => {}): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  let total = 0;
  for (;;) {
    const read = systemCall(() => readSync(photo.fd, chunk, 0, chunk.length, total));
    if (read === 0) break;
    hash.update(chunk.subarray(0, read));
    total += read;
    onProgress();
  }
  assertUnchanged(photo, total);
  return hash.digest('hex');
}

/** SHA-256, lower-case hex. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** @throws PictureProblem changed_while_reading when the file is not what it was when it was opened */
export function assertUnchanged(photo: OpenPhoto, bytesRead: number): void {
  const now: Stats = systemCall(() => fstatSync(photo.fd));
  const same = bytesRead === photo.size && now.size === photo.size && Math.trunc(now.mtimeMs) === photo.modifiedAtMs;
  if (!same) throw new PictureProblem('changed_while_reading', 'The file changed while it was read.');
}

function fill(fd: number, bytes: Buffer, onProgress: () => void): number {
  let position = 0;
  while (position < bytes.length) {
    const length = Math.min(CHUNK_BYTES, bytes.length - position);
    const read = systemCall(() => readSync(fd, bytes, position, length, position));
    if (read === 0) break;
    position += read;
    onProgress();
  }
  return position;
}

function assertBelow(relPath: string): void {
  const unsafe = relPath === '' || relPath.startsWith('/') || relPath.includes('\0');
  if (unsafe || relPath.split('/').includes('..'))
    throw new PictureProblem('outside_library', 'The path is not one below the library.');
}

function openLibraryRoot(location: PhotoLocation): ReturnType<typeof openRootSync> {
  try {
    return openRootSync(location);
  } catch (error) {
    if (error instanceof RootChangedError)
      throw new PictureProblem('root_changed', 'The library is not at its path any more.', { cause: error });
    throw problemFromSystemError(error);
  }
}

/** Asks the descriptor, not the path, where the file lies: between open and question a path can be swapped. */
function assertUnderRoot(fd: number, path: string, { realPath: root }: OpenRoot): void {
  const prefix = root.endsWith(sep) ? root : root + sep;
  if (!pathOfDescriptor(fd, path).startsWith(prefix))
    throw new PictureProblem('outside_library', 'The path leads out of the library.');
}

function pathOfDescriptor(fd: number, path: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return realPathOfSameFile(fd, path); // no /proc: macOS, Windows
  }
}

/** The path's own target, accepted only if it is still the file that was opened. */
function realPathOfSameFile(fd: number, path: string): string {
  const target = systemCall(() => realpathSync.native(path));
  const again = systemCall(() => openSync(target, OPEN_FLAGS));
  try {
    const [opened, found] = [fstatSync(fd), fstatSync(again)];
    if (opened.dev === found.dev && opened.ino === found.ino) return target;
    throw new PictureProblem('changed_while_reading', 'The path was swapped while it was opened.');
  } finally {
    closeSync(again);
  }
}

function systemCall<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw problemFromSystemError(error);
  }
}
