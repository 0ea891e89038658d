import type { ImageExifDao, KnownFile, Library } from '@clip-watch/db';
import { compareIdentities, type LibraryRoot, UNSURE_IDENTITY } from '@clip-watch/library-root';
import { isOfOnePlace } from './asked-child.js';
import { type ComparableFacts, comparableFacts, keepsInodes } from './file-systems.js';
import type { FileStat, RealPlace } from './folder-protocol.js';
import type { FolderReader } from './folder-reader.js';

export interface MeetDeps {
  readonly reader: Pick<FolderReader, 'realPlace' | 'stat'>;
  readonly images: Pick<ImageExifDao, 'sampleKnownFiles'>;
}

/** The identity to store for a folder; unsure where the file system makes inodes up. */
export function identityToKeep({ identity, fileSystem }: Pick<RealPlace, 'identity' | 'fileSystem'>): string {
  return keepsInodes(fileSystem) ? identity : UNSURE_IDENTITY;
}

/** What was found at a library's path. */
export type MetRoot =
  | {
      readonly kind: 'library';
      readonly root: LibraryRoot;
      readonly compare: ComparableFacts;
      /** `kept`: the known folder. `again`: the known folder under a new identity. `unknown`: no folder was known. */
      readonly standing: 'kept' | 'again' | 'unknown';
    }
  /** A link, or another folder. */
  | { readonly kind: 'other'; readonly reason: string };

const SAMPLE = 20;

/**
 * Checks whether the folder at a library's path is still the one that was added. A new mount may change its device
 * number, and some file systems make inodes up. In those cases the known photos have to be in it.
 * @throws DiskError
 */
export async function meetRoot(
  deps: MeetDeps,
  library: Pick<Library, 'id' | 'rootPath' | 'rootIdentity'>,
): Promise<MetRoot> {
  const { rootPath, rootIdentity } = library;
  const place = await deps.reader.realPlace(rootPath);
  if (place.path !== rootPath) return { kind: 'other', reason: linkReason(rootPath, place.path) };
  if (!place.isFolder) return { kind: 'other', reason: `${rootPath} is no folder any more. Put the folder back.` };
  const met = {
    kind: 'library',
    root: { rootPath, rootIdentity: identityToKeep(place) },
    compare: comparableFacts(place.fileSystem),
  } as const;
  if (rootIdentity === null) return { ...met, standing: 'unknown' };
  const isSure = rootIdentity !== UNSURE_IDENTITY && keepsInodes(place.fileSystem);
  const likeness = isSure ? compareIdentities(rootIdentity, place.identity) : 'alike';
  if (likeness === 'same') return { ...met, standing: 'kept' };
  if (likeness === 'alike' && (await holdsItsPhotos(deps, library.id, place)))
    return { ...met, standing: met.root.rootIdentity === rootIdentity ? 'kept' : 'again' };
  return { kind: 'other', reason: otherReason(rootPath) };
}

function linkReason(rootPath: string, target: string): string {
  return `${rootPath} leads to ${target} now, through a link. Nothing in it is read. Put the folder back, or say that ${target} is the library now.`;
}

function otherReason(rootPath: string): string {
  return `Another folder lies at ${rootPath} now. Nothing in it is read. Mount the library's disk or put the folder back, or say that this folder is the library now.`;
}

/**
 * Whether at least half of a sample of the known photos are there. True if there are no photos to look for. Those in
 * folders that cannot be read do not count.
 * @throws DiskError when the disk does not answer, or none of the sample could be checked
 */
async function holdsItsPhotos(
  { images, reader }: MeetDeps,
  libraryId: number,
  { path, identity, fileSystem }: RealPlace,
): Promise<boolean> {
  const sample = await images.sampleKnownFiles(libraryId, SAMPLE);
  const { inode: areInodesKept } = comparableFacts(fileSystem);
  let looked = 0;
  let there = 0;
  let unreadable: unknown;
  for (const row of sample) {
    try {
      const [file = null] = await reader.stat({ rootPath: path, rootIdentity: identity }, [row.relPath]);
      looked += 1;
      if (file !== null && isThatFile(row, file, areInodesKept)) there += 1;
    } catch (error) {
      if (!isOfOnePlace(error)) throw error;
      unreadable = error;
    }
  }
  if (looked === 0 && unreadable !== undefined) throw unreadable;
  return there * 2 >= looked;
}

function isThatFile(row: KnownFile, file: FileStat, areInodesKept: boolean): boolean {
  if (file.size !== row.fileSize || file.modifiedAtMs !== row.modifiedAtMs) return false;
  return !areInodesKept || row.inode === null || row.inode === file.inode;
}
