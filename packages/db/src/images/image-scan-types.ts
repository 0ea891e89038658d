import type { ClipStatus, KnownFile, PhotoFacts } from './image-types.js';

/** What a scan does with the rows of a library. */
export interface ScanDao {
  /** Keyset walk over one library in `rel_path` order, for the scan's comparison. */
  pageKnownFiles(request: {
    readonly libraryId: number;
    readonly after: string | null;
    readonly limit: number;
  }): Promise<readonly KnownFile[]>;
  /** At most `limit` rows that are not missing, spread over the whole library. */
  sampleKnownFiles(libraryId: number, limit: number): Promise<readonly KnownFile[]>;
  /** Known rows at exactly these paths. */
  findKnownFiles(libraryId: number, relPaths: readonly string[]): Promise<readonly KnownFile[]>;
  /**
   * Adds or refreshes rows. Changed bytes set the row back to `pending` (or `skipped`) and drop its embedding; equal
   * bytes under a new path (a copy, a move) take the embedding that is there.
   * @throws DatabaseError BAD_PATH; NOT_FOUND when the library is gone
   */
  upsertPhotos(
    libraryId: number,
    photos: readonly PhotoFacts[],
  ): Promise<{ readonly added: number; readonly changed: number; readonly unchanged: number }>;
  /** First scan that misses a row: hides it. Later scans leave the time as it is. */
  markMissing(ids: readonly number[], now: number): Promise<void>;
  /** Shows rows again whose file is back. */
  markSeen(ids: readonly number[]): Promise<void>;
  /** Removes rows missing since before `missingBefore`; their vectors are kept by content hash for a year. @returns how many */
  removeMissing(libraryId: number, missingBefore: number): Promise<number>;
  /** Drops kept vectors whose year is over. @returns how many */
  purgeKeptEmbeddings(): Promise<number>;
  /** Fills in what rows of an older program do not know of their file. Others are left as they are. */
  noteInodes(
    files: readonly { readonly id: number; readonly changedAtMs: number; readonly inode: string }[],
  ): Promise<void>;
  /** The id of the library's newest row; 0 when it has none. Rows that are added later have higher ones. */
  newestId(libraryId: number): Promise<number>;
  /**
   * How many of these rows have their bytes in a row of the same library that is newer than `newerThan`, not missing and
   * not among `except`: photos that were moved, or copied before their file went.
   */
  countMoved(request: {
    readonly libraryId: number;
    readonly ids: readonly number[];
    readonly newerThan: number;
    readonly except: readonly number[];
  }): Promise<number>;
  /** A batch of rows whose exclude rules are to be evaluated again, by keyset. */
  pageForExclusion(request: { readonly libraryId: number; readonly afterId: number; readonly limit: number }): Promise<
    readonly {
      readonly id: number;
      readonly relPath: string;
      readonly status: ClipStatus;
      readonly errorReason: string | null;
    }[]
  >;
  /** Sets `pending` or `encoded` rows to `skipped`, and `skipped` ones back. A hidden row keeps its vector. */
  setSkipped(changes: readonly { readonly id: number; readonly skipReason: string | null }[]): Promise<void>;
}
