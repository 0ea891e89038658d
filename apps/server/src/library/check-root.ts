import { realpathSync } from 'node:fs';
import { dirname, normalize, relative, resolve } from 'node:path';
import type { Library } from '@clip-watch/db';
import { HostError, messageOf, systemCode } from '../errors.js';
import type { RealPlace } from './folder-protocol.js';
import { isWithin } from './is-within.js';
import { findRealPlace } from './real-place.js';

/** System folders, which hold no photos and much that must not be shown to anybody. */
const SYSTEM_PLACES = ['/proc', '/sys', '/dev', '/etc', '/run'];

/**
 * Checks a folder that is to become a library.
 * @param within folders of which one must contain it; if empty, it may lie anywhere
 * @returns its real path
 * @throws HostError BAD_PATH when it is missing, not a folder, `/`, a system folder, outside `within`, or overlaps the
 * data folder; NOT_ANSWERING
 */
export async function checkRoot(path: string, dataDir: string, within: readonly string[] = []): Promise<string> {
  // Before the disk is asked: callers must not even learn whether something exists elsewhere.
  if (within.length > 0 && !within.some((outer) => isWithin(normalize(path), outer))) throw isOutside(path, within);
  const root = await realFolder(path);
  if (within.length > 0 && !(await realPlaces(within)).some((outer) => isWithin(root, outer)))
    throw isOutside(path, within);
  if (dirname(root) === root) throw new HostError('BAD_PATH', `${root} is the whole disk: name a folder of photos`);
  const system = SYSTEM_PLACES.find((place) => isWithin(root, realPathOf(place)));
  if (system !== undefined)
    throw new HostError('BAD_PATH', `${root} belongs to the system (${system}): name a folder of photos`);
  const data = realPathOf(dataDir);
  if (isWithin(root, data))
    throw new HostError('BAD_PATH', `${root} lies inside the data folder ${data}: name a folder of photos`);
  if (isWithin(data, root))
    throw new HostError(
      'BAD_PATH',
      `${root} contains the data folder ${data}: name a folder below it, or move the data folder with CLIP_WATCH_DATA_DIR`,
    );
  return root;
}

function isOutside(path: string, within: readonly string[]): HostError {
  const message = `${path} does not lie below ${within.join(' or ')}: name a folder there, or add it to LIBRARY_ROOTS`;
  return new HostError('BAD_PATH', message);
}

/** A folder that is away now cannot contain the new library. */
async function realPlaces(paths: readonly string[]): Promise<readonly string[]> {
  const places = await Promise.allSettled(paths.map((path) => findRealPlace(path)));
  return places.flatMap((place) => (place.status === 'fulfilled' ? [place.value.path] : []));
}

async function realFolder(path: string): Promise<string> {
  const place = await placeOf(path);
  if (!place.isFolder) throw new HostError('BAD_PATH', `${path} is a file: name the folder that it lies in`);
  return place.path;
}

async function placeOf(path: string): Promise<RealPlace> {
  try {
    return await findRealPlace(path);
  } catch (error) {
    if (error instanceof HostError) throw error;
    if (systemCode(error) === 'ENOENT') throw new HostError('BAD_PATH', `${path} does not exist`, { cause: error });
    throw new HostError('BAD_PATH', `cannot open ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** The path may not exist yet: then its nearest existing parent decides. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : resolve(realPathOf(parent), relative(parent, path));
  }
}

/**
 * Finds the library that has this root already.
 * @throws HostError BAD_PATH when the root lies inside a library or contains one: a photo belongs to one library only
 */
export function findOverlap<L extends Pick<Library, 'name' | 'rootPath'>>(
  root: string,
  libraries: readonly L[],
): L | undefined {
  const same = libraries.find(({ rootPath }) => rootPath === root);
  if (same !== undefined) return same;
  const outer = libraries.find(({ rootPath }) => isWithin(root, rootPath));
  if (outer !== undefined)
    throw new HostError(
      'BAD_PATH',
      `${root} lies inside the library "${outer.name}" (${outer.rootPath}), which covers it already`,
    );
  const inner = libraries.find(({ rootPath }) => isWithin(rootPath, root));
  if (inner !== undefined)
    throw new HostError(
      'BAD_PATH',
      `${root} contains the library "${inner.name}" (${inner.rootPath}): remove that one first`,
    );
  return undefined;
}
