import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../errors.js';

/** Writes a file that only this user can read: whole, or as it was, over a power cut too. */
export function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  return writeBeside(path, content, (draft) => rename(draft, path));
}

/**
 * Writes a file that is not there yet, whole or not at all.
 * @throws Error EEXIST when it is there, whoever of several was faster
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

// What disks say that know one name for a file only, such as FAT.
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

/** The name itself is on the disk then. Some file systems cannot sync a folder; the content is safe there all the same. */
async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    if (systemCode(error) === 'EIO') throw error;
  }
}
