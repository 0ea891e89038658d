import { closeSync, constants, existsSync, fstatSync, openSync, readlinkSync, realpathSync } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { compareIdentities, identityOf, type LibraryRoot, UNSURE_IDENTITY } from './identity.js';
import { isSamePath, isSamePathSync } from './same-path.js';

/** The path leads to another folder than the library's. Nothing of it was read. */
export class RootChangedError extends Error {
  override readonly name = 'RootChangedError';
  /** The one thing that it says. */
  readonly code = 'ROOT_CHANGED';
}

/** An open root: as long as it is open, what is opened below `base` lies in this very folder. */
export interface OpenRoot {
  /** Its descriptor, open for reading. */
  readonly fd: number;
  /** Paths below the root are joined to it. */
  readonly base: string;
  /** Where the root lies; what is opened below it lies there too. */
  readonly realPath: string;
  /** As `identityOf` names it. */
  readonly identity: string;
}

const FLAGS = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);
const HAS_PROC = existsSync('/proc/self/fd');

function baseOf(fd: number, rootPath: string): string {
  return HAS_PROC ? `/proc/self/fd/${fd}` : rootPath;
}

function linked(rootPath: string, realPath: string): RootChangedError {
  return new RootChangedError(`${rootPath} leads to ${realPath} now`);
}

function checkIdentity({ rootPath, rootIdentity }: LibraryRoot, identity: string): void {
  if (rootIdentity === null || rootIdentity === UNSURE_IDENTITY) return;
  if (compareIdentities(rootIdentity, identity) !== 'same')
    throw new RootChangedError(`another folder lies at ${rootPath} now`);
}

/** What the system says of a link where a folder was, and of a link on the way to it. */
function toRootError(error: unknown, rootPath: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ELOOP' && code !== 'ENOTDIR') return error;
  return new RootChangedError(`${rootPath} is no folder any more, or a link`, { cause: error });
}

/**
 * Opens a library's root for reading, and nothing that took its place. A `rootIdentity` of null is not compared.
 * @returns the root, which whoever opened it closes
 * @throws RootChangedError when the path leads elsewhere or to another folder; else the system's own error
 * @example
 * await using root = await openRoot({ rootPath: '/srv/photos', rootIdentity: '2049:131:1700000000000000000' });
 * const names = await readdir(root.base);
 */
export async function openRoot(root: LibraryRoot): Promise<OpenRoot & AsyncDisposable> {
  const handle = await openFolder(root.rootPath);
  try {
    const base = baseOf(handle.fd, root.rootPath);
    const realPath = HAS_PROC ? await readlink(base) : await realpath(root.rootPath);
    const identity = identityOf(await handle.stat({ bigint: true }));
    if (!(await isSamePath({ named: root.rootPath, real: realPath, identity }))) throw linked(root.rootPath, realPath);
    checkIdentity(root, identity);
    return { fd: handle.fd, base, realPath, identity, [Symbol.asyncDispose]: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openFolder(rootPath: string): Promise<FileHandle> {
  try {
    return await open(rootPath, FLAGS);
  } catch (error) {
    throw toRootError(error, rootPath);
  }
}

/**
 * `openRoot` with blocking calls, for a thread that may be held up.
 * @throws RootChangedError when the path leads elsewhere or to another folder; else the system's own error
 * @example
 * using root = openRootSync(library);
 * const bytes = readFileSync(join(root.base, relPath));
 */
export function openRootSync(root: LibraryRoot): OpenRoot & Disposable {
  const fd = openFolderSync(root.rootPath);
  try {
    const base = baseOf(fd, root.rootPath);
    const realPath = HAS_PROC ? readlinkSync(base) : realpathSync.native(root.rootPath);
    const identity = identityOf(fstatSync(fd, { bigint: true }));
    if (!isSamePathSync({ named: root.rootPath, real: realPath, identity })) throw linked(root.rootPath, realPath);
    checkIdentity(root, identity);
    return { fd, base, realPath, identity, [Symbol.dispose]: () => closeSync(fd) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openFolderSync(rootPath: string): number {
  try {
    return openSync(rootPath, FLAGS);
  } catch (error) {
    throw toRootError(error, rootPath);
  }
}

/**
 * Opens a folder below an open root, without following a link; '' is the root itself.
 * @param relDir with '/', relative to the root
 * @returns its descriptor's path, under which its entries are found; whoever opened it closes it
 * @throws Error ELOOP when a link is on the way; else the system's own error
 * @example
 * await using folder = await openBelow(root, '2024/summer');
 * const names = await readdir(folder.base);
 */
export async function openBelow(root: OpenRoot, relDir: string): Promise<{ readonly base: string } & AsyncDisposable> {
  const path = join(root.base, relDir);
  // The base is a link itself, of the system's own: only what is below it may not be one.
  if (relDir === '') return { base: path, [Symbol.asyncDispose]: async () => {} };
  const handle = await open(path, FLAGS);
  try {
    const base = baseOf(handle.fd, path);
    const real = HAS_PROC ? await readlink(base) : await realpath(path);
    const identity = identityOf(await handle.stat({ bigint: true }));
    if (!(await isSamePath({ named: join(root.realPath, relDir), real, identity })))
      throw Object.assign(new Error(`a link is on the way to ${relDir}`), { code: 'ELOOP' });
    return { base, [Symbol.asyncDispose]: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
