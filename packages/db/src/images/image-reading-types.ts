import type { ClipCounters, FailureGroup, ImageRow, IndexedEmbedding, Page } from './image-types.js';

/** What a page of the list is narrowed to. Times are of `sort_time`, both ends included. */
export interface ImagePageRequest {
  /** Without it, all libraries. */
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

/** What pages, commands and the search read. */
export interface ReadingDao {
  /** Of one library, or of all. Costs the same for a million rows. */
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
   * @throws DatabaseError BAD_CURSOR; RangeError for a limit out of bounds
   */
  pageImages(request: ImagePageRequest): Promise<Page<ImageRow>>;
  /**
   * Rows in trouble, failed or waiting, by library, reason and id.
   * @throws as `pageImages`
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
