/** A photo's row: what a scan learns, what became of it, and what lists and the search read of it. */

/** What each state means is in `docs/database.md`. */
export type ClipStatus = 'pending' | 'encoded' | 'failed' | 'skipped';

/** Whose fault it is. Only `photo` can end in `failed`; everything else is tried again. */
export type ClipErrorClass = 'photo' | 'environment' | 'service' | 'bug';

/** `preview`: made from a camera's preview; `low`: from less than the model's input size. */
export type ClipQuality = 'full' | 'preview' | 'low';

/** What a scan learns from `stat`, hash and EXIF. Unknown values are null; times are epoch milliseconds. */
export interface PhotoFacts {
  /** Relative to the library's root, with `/`, at most 4,096 bytes. */
  readonly relPath: string;
  /** Bytes. */
  readonly fileSize: number;
  readonly modifiedAtMs: number;
  /** SHA-256 of the whole file, lower-case hex. */
  readonly contentHash: string;
  readonly mediaType: string | null;
  /** Pixels, upright: `orientation` is applied. */
  readonly width: number | null;
  readonly height: number | null;
  /** EXIF's, 1 to 8. */
  readonly orientation: number | null;
  readonly takenAt: number | null;
  /** Minutes east of UTC where it was taken. */
  readonly takenAtOffsetMin: number | null;
  readonly cameraMake: string | null;
  readonly cameraModel: string | null;
  readonly lensModel: string | null;
  readonly iso: number | null;
  /** The f-number. */
  readonly aperture: number | null;
  /** Seconds. */
  readonly exposureS: number | null;
  readonly focalLengthMm: number | null;
  /** Degrees, north and east positive. */
  readonly gpsLatitude: number | null;
  readonly gpsLongitude: number | null;
  /** When the inode last changed (`ctime`), and which one it is: other bytes of the same size and time are told by them. */
  readonly changedAtMs: number | null;
  readonly inode: string | null;
  /** Set: the row is `skipped` with this reason (`excluded`, `not_an_image_name`). */
  readonly skipReason: string | null;
}

/** A row as the scan compares it with the file system. The names mean what they mean in `PhotoFacts`. */
export interface KnownFile {
  /** The id of its row. */
  readonly id: number;
  /** Relative to the root, with `/`. */
  readonly relPath: string;
  /** In bytes. */
  readonly fileSize: number;
  /** In epoch ms. */
  readonly modifiedAtMs: number;
  /** Null in rows of a program that did not know them yet. */
  readonly changedAtMs: number | null;
  readonly inode: string | null;
  /** SHA-256 of the whole file, lower-case hex. */
  readonly contentHash: string;
  /** Epoch ms of the first scan that did not find it; null while it is there. */
  readonly missingSince: number | null;
}

/** A row with everything but its vector. */
export interface ImageRow extends PhotoFacts {
  /** Never used again for another photo. */
  readonly id: number;
  /** The library that it belongs to. */
  readonly libraryId: number;
  /** `takenAt`, else `modifiedAtMs`: what lists go by. */
  readonly sortTime: number;
  /** Epoch ms of the first scan that did not find it; null while it is there. */
  readonly missingSince: number | null;
  /** Its ledger. */
  readonly clip: ImageClip;
}

/** What became of a photo's encoding. Times are epoch milliseconds. */
export interface ImageClip {
  readonly status: ClipStatus;
  /** Of its own vector; null when it has none. */
  readonly modelVersion: string | null;
  /** Another model in which the row was tried while it has its vector; what waits there is told by the next three. */
  readonly nextModelVersion: string | null;
  readonly encodedAt: number | null;
  readonly quality: ClipQuality | null;
  /** This, `deferrals` and `crashes` are as in `ClipCandidate`. */
  readonly attempts: number;
  readonly deferrals: number;
  readonly crashes: number;
  /** Null when it was never tried, or when there is nothing left to try. */
  readonly nextAttemptAt: number | null;
  readonly errorClass: ClipErrorClass | null;
  /** As in `ClipFailure`; for a `skipped` row, why it is skipped. */
  readonly errorReason: string | null;
  readonly errorMessage: string | null;
  readonly decoderVersion: string | null;
  /** When the lease ends; null while nobody holds the row. */
  readonly claimedUntil: number | null;
}

/** Rows of a library, or of all. photos = encoded + pending + failed + skipped; missing ones are counted apart. */
export interface ClipCounters {
  /** All that are not missing. */
  readonly photos: number;
  /** Have an embedding. */
  readonly encoded: number;
  /** Encoded rows that a search finds: their vector is of the model that is searched. */
  readonly searchable: number;
  /** Encoded rows that have no outcome in the wanted model yet. */
  readonly outdated: number;
  /** Wait for one. */
  readonly pending: number;
  /** Failed for good. */
  readonly failed: number;
  /** Excluded, or no picture by their name. */
  readonly skipped: number;
  /** Not found at the last scan. */
  readonly missing: number;
  /** Encoded rows of this `ClipQuality`, like `low`. */
  readonly preview: number;
  /** Encoded from less than the model's input size. */
  readonly low: number;
}

/** Rows in trouble that share a reason. */
export interface FailureGroup {
  readonly reason: string;
  readonly errorClass: ClipErrorClass;
  /** `pending`: they wait for another try. */
  readonly status: 'failed' | 'pending';
  readonly count: number;
}

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** For the page behind it; null at the end. Opaque, and of no use to another list. */
  readonly nextCursor: string | null;
}

/** For the search index: one row's vector and what the filters need. */
export interface IndexedEmbedding {
  readonly id: number;
  readonly libraryId: number;
  readonly sortTime: number;
  /** As `cameraName` calls it. */
  readonly camera: string | null;
  /** A copy of its own. */
  readonly embedding: Float32Array;
}
