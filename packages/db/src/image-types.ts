/** A photo's row: what a scan learns, what became of it, and what lists and the search read of it. */

export type ClipStatus = 'pending' | 'encoded' | 'failed' | 'skipped';

export type ClipErrorClass = 'photo' | 'environment' | 'service' | 'bug';

/** `preview`: made from a camera's preview; `low`: from less than the model's input size. */
export type ClipQuality = 'full' | 'preview' | 'low';

/** What a scan learns from `stat`, hash and EXIF. Unknown values are null. */
export interface PhotoFacts {
  readonly relPath: string;
  readonly fileSize: number;
  readonly modifiedAtMs: number;
  /** SHA-256 of the whole file, lower-case hex. */
  readonly contentHash: string;
  readonly mediaType: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly orientation: number | null;
  readonly takenAt: number | null;
  readonly takenAtOffsetMin: number | null;
  readonly cameraMake: string | null;
  readonly cameraModel: string | null;
  readonly lensModel: string | null;
  readonly iso: number | null;
  readonly aperture: number | null;
  readonly exposureS: number | null;
  readonly focalLengthMm: number | null;
  readonly gpsLatitude: number | null;
  readonly gpsLongitude: number | null;
  /** When the inode last changed (`ctime`), and which one it is: other bytes of the same size and time are told by them. */
  readonly changedAtMs: number | null;
  readonly inode: string | null;
  /** Set: the row is `skipped` with this reason (`excluded`, `not_an_image_name`). */
  readonly skipReason: string | null;
}

/** A row as the scan compares it with the file system. */
export interface KnownFile {
  readonly id: number;
  readonly relPath: string;
  readonly fileSize: number;
  readonly modifiedAtMs: number;
  /** Null in rows of a program that did not know them yet. */
  readonly changedAtMs: number | null;
  readonly inode: string | null;
  readonly contentHash: string;
  readonly missingSince: number | null;
}

/** A row with everything but its vector. */
export interface ImageRow extends PhotoFacts {
  readonly id: number;
  readonly libraryId: number;
  readonly sortTime: number;
  readonly missingSince: number | null;
  readonly clip: ImageClip;
}

export interface ImageClip {
  readonly status: ClipStatus;
  readonly modelVersion: string | null;
  /** Another model in which the row was tried while it has its vector; what waits there is told by the next three. */
  readonly nextModelVersion: string | null;
  readonly encodedAt: number | null;
  readonly quality: ClipQuality | null;
  readonly attempts: number;
  readonly deferrals: number;
  readonly crashes: number;
  readonly nextAttemptAt: number | null;
  readonly errorClass: ClipErrorClass | null;
  readonly errorReason: string | null;
  readonly errorMessage: string | null;
  readonly decoderVersion: string | null;
  readonly claimedUntil: number | null;
}

export interface ClipCounters {
  readonly photos: number;
  readonly encoded: number;
  /** Encoded rows that a search finds: their vector is of the model that is searched. */
  readonly searchable: number;
  /** Encoded rows that have no outcome in the wanted model yet. */
  readonly outdated: number;
  readonly pending: number;
  readonly failed: number;
  readonly skipped: number;
  readonly missing: number;
  readonly preview: number;
  readonly low: number;
}

export interface FailureGroup {
  readonly reason: string;
  readonly errorClass: ClipErrorClass;
  readonly status: 'failed' | 'pending';
  readonly count: number;
}

/** A page of a list with its keyset cursor; null at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** For the search index: one row's vector and what the filters need. */
export interface IndexedEmbedding {
  readonly id: number;
  readonly libraryId: number;
  readonly sortTime: number;
  readonly camera: string | null;
  readonly embedding: Float32Array;
}
