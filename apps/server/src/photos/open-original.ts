import { constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { isWithin } from '../library/check-root.js';

export type OpenedOriginal =
  | { readonly kind: 'opened'; readonly handle: FileHandle; readonly size: number; readonly modifiedAtMs: number }
  /** Gone, a link, a pipe, or outside the library: the reason is for the log, not for the caller. */
  | { readonly kind: 'refused'; readonly reason: string };

// Four stuck opens would use up all of Node's file threads, and with them the server: two leave it alive.
const OPENS_AT_ONCE = 2;
let opening = 0;
const queue: (() => void)[] = [];

/** Opens a photo for reading only, never through a link, and only below its library's root. */
export async function openOriginal(rootPath: string, relPath: string): Promise<OpenedOriginal> {
  if (opening >= OPENS_AT_ONCE) await new Promise<void>((resolve) => queue.push(resolve));
  opening++;
  try {
    return await openChecked(rootPath, relPath);
  } finally {
    opening--;
    queue.shift()?.();
  }
}

async function openChecked(rootPath: string, relPath: string): Promise<OpenedOriginal> {
  const path = join(rootPath, relPath);
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return { kind: 'refused', reason: error instanceof Error && 'code' in error ? String(error.code) : 'unknown' };
  }
  const reason = await whyRefused(handle, rootPath, path);
  if (reason !== undefined) {
    await handle.close();
    return { kind: 'refused', reason };
  }
  const { size, mtimeMs } = await handle.stat();
  return { kind: 'opened', handle, size, modifiedAtMs: Math.trunc(mtimeMs) };
}

async function whyRefused(handle: FileHandle, rootPath: string, path: string): Promise<string | undefined> {
  if (!(await handle.stat()).isFile()) return 'not a regular file';
  // The descriptor says where the file really lies; asking for the path again could be answered about another file.
  const real = process.platform === 'linux' ? await readlink(`/proc/self/fd/${handle.fd}`) : await realpath(path);
  return isWithin(real, await realpath(rootPath)) ? undefined : 'outside the library';
}
