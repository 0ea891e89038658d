/** Everything that is done with `image_exif`, by its callers: scan, drain, reading. */
import type { ClaimRequest, ClipClaim, ClipFailure, StoredEmbedding, WriteResult } from './claim-types.js';
import type {
  ClipCounters,
  ClipStatus,
  FailureGroup,
  ImageRow,
  IndexedEmbedding,
  KnownFile,
  Page,
  PhotoFacts,
} from './image-types.js';

/** What a page of the list is narrowed to. Times are of `sort_time`, both ends included. */
export interface ImagePageRequest {
  readonly libraryId?: number;
  /** As `cameraName` calls it. */
  readonly camera?: string;
  readonly takenAfter?: number;
  readonly takenBefore?: number;
  /** The `nextCursor` of the page before; without it, the first page. */
  readonly cursor?: string;
  /** Rows, 1 to 1,000. */
  readonly limit: number;
}

/** Which rows are tried again: these `ids`; or those with this `reason`, in this library, or both; or `all`. */
export interface RequeueSelection {
  readonly ids?: readonly number[];
  readonly reason?: string;
  readonly libraryId?: number;
  readonly all?: boolean;
}

/** Everything about photos. Scans may hand in lists of any length: they are worked off in batches, a transaction each. */
export interface ImageExifDao {
  // ---- scan
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

  // ---- drain
  /**
   * Lends rows that are due to one owner, of equal bytes one. Rows whose bytes are known by now are settled on the way.
   * @throws RangeError for a limit or a lease out of bounds
   */
  claimClipCandidates(request: ClaimRequest): Promise<ClipClaim>;
  /**
   * Stores a batch in one transaction, and gives each vector to due rows of equal bytes too. The rows' claims end.
   * @throws DatabaseError BAD_EMBEDDING, MODEL_MISMATCH before the first model: nothing is stored
   */
  backfillClipEmbeddings(batch: readonly StoredEmbedding[]): Promise<WriteResult>;
  /**
   * The same for failures. Due rows of equal bytes share what says something about the bytes.
   * @throws TypeError for a final one that is not the photo's fault; DatabaseError MODEL_MISMATCH before the first model
   */
  recordClipFailures(batch: readonly ClipFailure[]): Promise<WriteResult>;
  /**
   * Gives rows of a claim back untouched, except that each of `crashedIds` counts one crash more. Without `ids`, all that
   * the claim still has. @returns how many
   */
  releaseClaims(
    token: string,
    options?: { readonly ids?: readonly number[]; readonly crashedIds?: readonly number[] },
  ): Promise<number>;
  /** Moves the end of a claim to `leaseMs` from now. @returns how many rows it still has */
  extendClaim(token: string, leaseMs: number): Promise<number>;
  /** Frees claims whose lease ran out and counts a crash on each. @returns how many */
  rescueExpiredClaims(): Promise<number>;
  /** Everybody who holds a claim now. */
  claimOwners(): Promise<readonly string[]>;
  /** Frees all claims of an owner, without counting a crash. @returns how many rows */
  releaseOwner(owner: string): Promise<number>;
  /** Epoch ms when the next row of this library, in either lane, falls due; null when there is none. */
  nextDueAt(libraryId: number): Promise<number | null>;
  /**
   * Tries rows again, and all of equal bytes: `failed` ones are `pending`, counts are cleared, waits end.
   * @returns how many rows had a verdict
   * @throws TypeError for a selection that names nothing
   */
  requeue(selection: RequeueSelection): Promise<number>;
  /** The same for `failed` rows of another decoder version. @returns how many */
  requeueForDecoder(decoderVersion: string): Promise<number>;
  // ---- change of models: each in batches, each made up for by the next call when it ends in between
  /**
   * Drops the vectors of all models but `keep`, those of hidden rows too; what was `encoded` is `pending` afterwards.
   * @returns how many rows
   */
  forgetEmbeddings(request: { readonly keep: string; readonly signal?: AbortSignal }): Promise<number>;
  /** Outcomes that wait in this model become their rows' own: vectors, and verdicts as `failed`. @returns how many rows */
  foldWaiting(request: { readonly version: string; readonly signal?: AbortSignal }): Promise<number>;
  /** Drops what waits in all other models, and the verdicts of all rows: what was `failed` is `pending`. */
  resetLedger(request: { readonly wanted: string; readonly signal?: AbortSignal }): Promise<void>;

  // ---- reading
  /** Without a library, of all of them. Costs the same for a million rows. */
  counters(libraryId?: number): Promise<ClipCounters>;
  /** Failed and waiting rows by reason, the most frequent first. */
  failureGroups(libraryId?: number): Promise<readonly FailureGroup[]>;
  findImage(id: number): Promise<ImageRow | null>;
  findImageByPath(libraryId: number, relPath: string): Promise<ImageRow | null>;
  /** In the order of the ids; what is gone is left out. */
  findImages(ids: readonly number[]): Promise<readonly ImageRow[]>;
  /**
   * Newest first by `sort_time`, missing and skipped rows left out. With a camera a call looks at a bounded number of
   * rows: a page may then be short, or empty, and still have a `nextCursor`.
   */
  pageImages(request: ImagePageRequest): Promise<Page<ImageRow>>;
  /**
   * Rows in trouble, failed or waiting, by library, reason and id.
   * @throws DatabaseError BAD_CURSOR, like `pageImages`; RangeError for a limit out of bounds
   */
  pageFailures(request: {
    readonly libraryId?: number;
    readonly reason?: string;
    readonly cursor?: string;
    readonly limit: number;
  }): Promise<Page<ImageRow>>;
  /** A row's vector in this model, its own or one that waits; without a model, its own. Null when it has none. */
  findEmbedding(
    id: number,
    modelVersion?: string,
  ): Promise<{ readonly modelVersion: string; readonly embedding: Float32Array } | null>;
  /** All searchable vectors of a model, in id order, from behind `afterId`; `batch` rows are read at a time, 1,000 by default. */
  streamEmbeddings(request: {
    readonly modelVersion: string;
    readonly afterId?: number;
    readonly batch?: number;
  }): AsyncIterable<readonly IndexedEmbedding[]>;
  /** Names for the filter `camera`, sorted. */
  cameras(): Promise<readonly string[]>;
  /** The months that hold listed photos, newest first, like `2024-03`; by `sort_time` in UTC. */
  months(): Promise<readonly string[]>;
}
