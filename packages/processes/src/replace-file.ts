/** Files that survive a crash: each is whole under its name, or what it was before. */
import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from './system-code.js';

/**
 * Writes a file that only this user can read. After a crash or a power cut it holds the new content or the old.
 * @throws Error as `node:fs` does; the old content is untouched then
 */
export function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  return writeBeside(path, content, (draft) => rename(draft, path));
}

/**
 * As `replaceFile`, for a file that must not exist yet.
 * @throws Error EEXIST when it does: of several that try at once, one succeeds
 */
export function createFile(path: string, content: string | Uint8Array): Promise<void> {
  return writeBeside(path, content, async (draft) => {
    try {
      await link(draft, path);
    } catch (error) {
      if (!NO_LINKS.has(systemCode(error) ?? '')) throw error;
      await takeName(draft, path);
    }
    await rm(draft, { force: true });
  });
}

/**
 * Gives a finished file its final name, in place of whatever has it now. Both lie in one folder.
 * @throws Error as `node:fs` does
 */
export async function putInPlace(finished: string, path: string): Promise<void> {
  await sync(finished, 'r+');
  await rename(finished, path);
  await syncFolder(dirname(path));
}

/** What file systems without hard links answer, such as FAT. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

async function takeName(draft: string, path: string): Promise<void> {
  await (await open(path, 'wx', 0o600)).close();
  await rename(draft, path);
}

async function writeBeside(
  path: string,
  content: string | Uint8Array,
  name: (draft: string) => Promise<void>,
): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await using file = await open(draft, 'wx', 0o600);
    await file.writeFile(content);
    await file.sync();
    await name(draft);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {}); // The first error says more.
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Commits the new name. Some file systems cannot sync a folder, and keep the content safe all the same. */
async function syncFolder(folder: string): Promise<void> {
  try {
    await sync(folder, 'r');
  } catch (error) {
    if (systemCode(error) === 'EIO') throw error;
  }
}

async function sync(path: string, flags: 'r' | 'r+'): Promise<void> {
  await using handle = await open(path, flags);
  await handle.sync();
}
