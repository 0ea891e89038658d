/** The other half of a scan: a library's rows against what the walk over its folder found. */
import type { ImageExifDao, KnownFile, Library } from '@clip-watch/db';
import type { LibraryRoot } from '@clip-watch/library-root';
import type { FolderReader } from '../folder-reader.js';
import type { IdSet } from './id-set.js';
import { type Gone, isMostGone } from './missing-brake.js';
import { isBelowAny } from './scan-plan.js';

export interface GoneRowsDeps {
  readonly images: Pick<ImageExifDao, 'pageKnownFiles' | 'countMoved' | 'markMissing' | 'markSeen'>;
  readonly reader: Pick<FolderReader, 'list' | 'stat'>;
  readonly now: () => number;
}

/** What walking a library's folder found. */
export interface WalkedFolder {
  readonly root: LibraryRoot;
  /** Rows whose files are there. */
  readonly seen: Pick<IdSet, 'has'>;
  /** Folders that could not be read: rows below them are left as they are. */
  readonly unreadable: readonly string[];
  /** Content hashes of rows that were missing and whose files are back. */
  readonly backHashes: ReadonlySet<string>;
  /** The newest row when the last scan ended. */
  readonly newerThan: number;
  excludes(relPath: string): boolean;
}

export interface ComparedRows {
  /** Rows from before this scan that were neither missing nor excluded. */
  readonly known: number;
  readonly returned: number;
  readonly missing: number;
  /** Set when so much is gone that nothing was marked missing. */
  readonly mostGone: Gone | null;
}

type ComparedLibrary = Pick<Library, 'id' | 'answer' | 'gonePhotos'>;

/** A row whose file is gone. */
interface GoneRow {
  readonly id: number;
  /** Another row with the same bytes was missing, and its file is back. */
  readonly isBack: boolean;
}

const ROWS_PER_PAGE = 1_000;

/**
 * Marks gone photos as missing and returned ones as seen. When most of the library is gone, nothing is marked missing.
 */
export async function compareRows(
  deps: GoneRowsDeps,
  library: ComparedLibrary,
  walked: WalkedFolder,
  signal?: AbortSignal,
): Promise<ComparedRows> {
  const gone: GoneRow[] = [];
  let [known, returned] = [0, 0];
  for await (const rows of pageRows(deps, library.id, signal)) {
    const back = rows.filter((row) => row.missingSince !== null && walked.seen.has(row.id));
    if (back.length > 0) await deps.images.markSeen(back.map(({ id }) => id));
    returned += back.length;
    const looked = rows.filter((row) => row.missingSince === null && !walked.excludes(row.relPath));
    const unseen = looked.filter((row) => !walked.seen.has(row.id) && !isBelowAny(row.relPath, walked.unreadable));
    const goneOfPage = await findGone(deps, unseen, walked);
    gone.push(...goneOfPage);
    // Unseen, but there after all: rows that were added during this scan.
    known += looked.length - (unseen.length - goneOfPage.length);
  }
  const mostGone = await findMostGone(deps, library, { gone, known }, walked);
  const missing = mostGone === null ? await markGone(deps, gone, walked.root) : 0;
  return { known, returned, missing, mostGone };
}

/** @returns how many photos an empty root lost; null if a person said that so many were deleted */
export async function countLostInEmptyRoot(
  deps: GoneRowsDeps,
  library: ComparedLibrary,
  signal?: AbortSignal,
): Promise<number | null> {
  let lost = 0;
  for await (const rows of pageRows(deps, library.id, signal))
    lost += rows.filter((row) => row.missingSince === null).length;
  return lost > confirmed(library) ? lost : null;
}

async function* pageRows(
  { images }: GoneRowsDeps,
  libraryId: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly KnownFile[]> {
  let after: string | null = null;
  for (;;) {
    signal?.throwIfAborted();
    const rows: readonly KnownFile[] = await images.pageKnownFiles({ libraryId, after, limit: ROWS_PER_PAGE });
    if (rows.length === 0) return;
    yield rows;
    after = rows.at(-1)!.relPath;
  }
}

/** Asks the disk once more: the walk did not see rows that an event added or brought back in the meantime. */
async function findGone(
  { reader }: GoneRowsDeps,
  rows: readonly KnownFile[],
  { root, backHashes }: WalkedFolder,
): Promise<readonly GoneRow[]> {
  const relPaths = rows.map(({ relPath }) => relPath);
  const stats = await reader.stat(root, relPaths);
  return rows
    .filter((_, index) => stats[index] === null)
    .map(({ id, contentHash }) => ({ id, isBack: backHashes.has(contentHash) }));
}

/** How many photos a person said were deleted. */
function confirmed({ answer, gonePhotos }: ComparedLibrary): number {
  return answer === 'deleted' ? (gonePhotos ?? 0) : 0;
}

async function findMostGone(
  deps: GoneRowsDeps,
  library: ComparedLibrary,
  { gone, known }: { readonly gone: readonly GoneRow[]; readonly known: number },
  { newerThan }: WalkedFolder,
): Promise<Gone | null> {
  if (!isMostGone({ gone: gone.length, known }, confirmed(library))) return null;
  const lost = { gone: gone.length - (await countMoved(deps, library.id, gone, newerThan)), known };
  return isMostGone(lost, confirmed(library)) ? lost : null;
}

/**
 * Counts renamed and moved photos: those whose bytes are in a row that is new or back since the last scan. A copy that
 * was there before proves nothing, since the mount with the originals may be away.
 */
async function countMoved(
  { images }: GoneRowsDeps,
  libraryId: number,
  gone: readonly GoneRow[],
  newerThan: number,
): Promise<number> {
  const ids = gone.filter(({ isBack }) => !isBack).map(({ id }) => id);
  const except = gone.filter(({ id }) => id > newerThan).map(({ id }) => id);
  return gone.length - ids.length + (await images.countMoved({ libraryId, ids, newerThan, except }));
}

/** @returns how many rows */
async function markGone(
  { images, reader, now }: GoneRowsDeps,
  gone: readonly GoneRow[],
  root: LibraryRoot,
): Promise<number> {
  if (gone.length === 0) return 0;
  // Throws if the root itself went away during the scan, which makes everything look gone.
  await reader.list(root, '');
  await images.markMissing(
    gone.map(({ id }) => id),
    now(),
  );
  return gone.length;
}
