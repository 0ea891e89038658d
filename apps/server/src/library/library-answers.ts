import type { GoneAnswer, Library, LibraryDao } from '@clip-watch/db';
import { UNSURE_IDENTITY } from '@clip-watch/library-root';
import { HostError } from '../errors.js';
import { checkRoot, findOverlap } from './check-root.js';
import { identityToKeep } from './meet-root.js';
import { findRealPlace } from './real-place.js';

/**
 * The identity to store for a folder that was just checked.
 * @throws HostError BAD_PATH when it was moved in the meantime; NOT_ANSWERING
 */
export async function identityOfRoot(
  rootPath: string,
  findPlace: typeof findRealPlace = findRealPlace,
): Promise<string> {
  const place = await findPlace(rootPath);
  if (place.path !== rootPath)
    throw new HostError('BAD_PATH', `${rootPath} leads to ${place.path} now: name that folder`);
  return identityToKeep(place);
}

/**
 * A person said that what is at the library's path now is the library, be it another folder or the target of a link.
 * The next scan compares its photos.
 * @param places.within as for a new library: folders of which one must contain it
 * @throws HostError NOT_FOUND; BAD_PATH as for a new library; NOT_ANSWERING
 */
export async function acceptRoot(
  libraries: LibraryDao,
  id: number,
  places: {
    readonly dataDir: string;
    readonly within?: readonly string[];
    readonly findPlace?: typeof findRealPlace;
  },
): Promise<Library> {
  const library = await find(libraries, id);
  const rootPath = await checkRoot(library.rootPath, places.dataDir, places.within);
  const others = (await libraries.list()).filter((other) => other.id !== id);
  const other = findOverlap(rootPath, others);
  if (other !== undefined) throw new HostError('BAD_PATH', `${rootPath} is the library "${other.name}" already`);
  const identity = await identityOfRoot(rootPath, places.findPlace);
  // Without an identity, only its photos would identify the folder, and an accepted folder need not contain them.
  const rootIdentity = identity === UNSURE_IDENTITY ? null : identity;
  const settled = library.question === 'other_root' ? { question: null, stateReason: null } : {};
  return libraries.update(id, { rootPath, rootIdentity, ...settled });
}

/**
 * A person said what happened to photos that are gone. `away`: they will be back. `deleted`: the next scan may mark
 * them missing.
 * @throws HostError NOT_FOUND; NOTHING_ASKED when most of the library is not gone
 */
export async function answerGone(libraries: LibraryDao, id: number, answer: GoneAnswer): Promise<Library> {
  const library = await find(libraries, id);
  if (library.question !== 'most_gone')
    throw new HostError(
      'NOTHING_ASKED',
      `most of the library "${library.name}" is not gone: there is nothing to answer`,
    );
  return libraries.update(id, answer === 'away' ? { answer, state: 'offline' } : { answer });
}

async function find(libraries: LibraryDao, id: number): Promise<Library> {
  const library = await libraries.find(id);
  if (library === null) throw new HostError('NOT_FOUND', `there is no library ${id}`);
  return library;
}
