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
  readonly cursor?: string;
  readonly limit: number;
}

export interface RequeueSelection {
  readonly ids?: readonly number[];
  readonly reason?: string;
  readonly libraryId?: number;
  readonly all?: boolean;
}

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
   */
  upsertPhotos(
    libraryId: number,
    photos: readonly PhotoFacts[],
  ): Promise<{ readonly added: number; readonly changed: number; readonly unchanged: number }>;
  /** First scan that misses a row: hides it. Later scans leave the time as it is. */
  markMissing(ids: readonly number[], now: number): Promise<void>;
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
  claimClipCandidates(request: ClaimRequest): Promise<ClipClaim>;
  backfillClipEmbeddings(batch: readonly StoredEmbedding[]): Promise<WriteResult>;
  recordClipFailures(batch: readonly ClipFailure[]): Promise<WriteResult>;
  /** Gives rows back untouched, except that `crashed` ids get `clip_crashes + 1`. */
  releaseClaims(
    token: string,
    options?: { readonly ids?: readonly number[]; readonly crashedIds?: readonly number[] },
  ): Promise<number>;
  extendClaim(token: string, leaseMs: number): Promise<number>;
  /** Frees claims whose lease ran out and counts a crash on each. @returns how many */
  rescueExpiredClaims(): Promise<number>;
  /** Everybody who holds a claim now. */
  claimOwners(): Promise<readonly string[]>;
  /** Frees the claims of owners of an earlier run of this program, without counting a crash. */
  releaseOwner(owner: string): Promise<number>;
  /** Epoch ms when the next row of this library, in either lane, falls due; null when there is none. */
  nextDueAt(libraryId: number): Promise<number | null>;
  /** `failed` rows back to `pending`, their counts cleared, and those whose trouble with the wanted model waits. @returns how many */
  requeue(selection: RequeueSelection): Promise<number>;
  /** `failed` rows of another decoder version go back to `pending`. */
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
  counters(libraryId?: number): Promise<ClipCounters>;
  failureGroups(libraryId?: number): Promise<readonly FailureGroup[]>;
  findImage(id: number): Promise<ImageRow | null>;
  findImageByPath(libraryId: number, relPath: string): Promise<ImageRow | null>;
  findImages(ids: readonly number[]): Promise<readonly ImageRow[]>;
  /**
   * Newest first by `sort_time`, missing and skipped rows left out. With a camera a call looks at a bounded number of
   * rows: a page may then be short, or empty, and still have a `nextCursor`.
   */
  pageImages(request: ImagePageRequest): Promise<Page<ImageRow>>;
  pageFailures(request: {
    readonly libraryId?: number;
    readonly reason?: string;
    readonly cursor?: string;
    readonly limit: number;
  }): Promise<Page<ImageRow>>;
  /** In this model, its own or one that waits; without one, its own. */
  findEmbedding(
    id: number,
    modelVersion?: string,
  ): Promise<{ readonly modelVersion: string; readonly embedding: Float32Array } | null>;
  /** All searchable vectors of a model, in id order, a batch at a time. */
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
