/** The words of this package: rows, claims and the ledger. Times are epoch milliseconds. */

export type ClipStatus = 'pending' | 'encoded' | 'failed' | 'skipped';
export type ClipErrorClass = 'photo' | 'environment' | 'service' | 'bug';
/** `preview`: made from a camera's preview; `low`: from less than the model's input size. */
export type ClipQuality = 'full' | 'preview' | 'low';
export type LibraryState = 'online' | 'offline' | 'paused';

export interface Library {
  readonly id: number;
  readonly name: string;
  readonly rootPath: string;
  readonly excludedDirs: readonly string[];
  readonly state: LibraryState;
  /** One sentence for people, when `state` is not `online`. */
  readonly stateReason: string | null;
  readonly createdAt: number;
  readonly lastScanAt: number | null;
  /** Hash of the exclude rules that the rows were last evaluated with. */
  readonly excludeRulesHash: string | null;
}

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
  /** Set: the row is `skipped` with this reason (`excluded`, `not_an_image_name`). */
  readonly skipReason: string | null;
}

/** A row as the scan compares it with the file system. */
export interface KnownFile {
  readonly id: number;
  readonly relPath: string;
  readonly fileSize: number;
  readonly modifiedAtMs: number;
  readonly contentHash: string;
  readonly missingSince: number | null;
}

export interface ClipCandidate {
  readonly id: number;
  readonly libraryId: number;
  readonly relPath: string;
  readonly contentHash: string;
  readonly fileSize: number;
  readonly modifiedAtMs: number;
  readonly attempts: number;
  /** Times put off in a row without a verdict; `nextAttempt` grows environment, service and bug delays by it. */
  readonly deferrals: number;
  readonly crashes: number;
}

/** A page that one owner holds until `leaseUntil`. Outcomes and releases carry its token. */
export interface ClipClaim {
  readonly token: string;
  readonly owner: string;
  readonly leaseUntil: number;
  readonly candidates: readonly ClipCandidate[];
  /** Rows that needed no encode, because an equal picture had the wanted embedding already. */
  readonly copied: number;
}

export interface ClaimRequest {
  readonly libraryId: number;
  readonly limit: number;
  readonly owner: string;
  readonly leaseMs: number;
  readonly wantedModelVersion: string;
  /** `retries`: only rows that are due again, whatever their time (`index` at the end of its pass). Default `fresh-and-due`. */
  readonly lane?: 'fresh-and-due' | 'retries' | 'reencode';
  /** Rows with at least this many crashes are left for a claim of one row with `alone`. */
  readonly alone?: boolean;
}

export interface StoredEmbedding {
  readonly imageId: number;
  readonly contentHash: string;
  readonly token: string;
  readonly modelVersion: string;
  readonly embedding: Float32Array;
  readonly quality: ClipQuality;
  readonly decoderVersion: string;
}

export interface ClipFailure {
  readonly imageId: number;
  readonly contentHash: string;
  readonly token: string;
  readonly errorClass: ClipErrorClass;
  readonly reason: string;
  readonly message: string;
  /** True: `failed` now. False: tried again by the rules of its class. Only `photo` may be final. */
  readonly final: boolean;
  /** False for what was no verdict on the photo: `clip_attempts` stays. */
  readonly countsAttempt: boolean;
  readonly nextAttemptAt: number | null;
  readonly decoderVersion: string | null;
}

/** How many of a batch took effect; the rest were stale (photo changed, claim lost, model changed). */
export interface WriteResult {
  readonly written: number;
  readonly stale: number;
  /** Rows of equal content that got the same outcome. */
  readonly shared: number;
}

export interface ClipCounters {
  readonly photos: number;
  readonly encoded: number;
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

export interface ClipModelState {
  readonly activeModelVersion: string | null;
  readonly wantedModelVersion: string | null;
  readonly dimension: number | null;
  readonly modelName: string | null;
}

export interface RequeueSelection {
  readonly ids?: readonly number[];
  readonly reason?: string;
  readonly libraryId?: number;
  readonly all?: boolean;
}

export interface LibraryDao {
  list(): Promise<readonly Library[]>;
  find(id: number): Promise<Library | null>;
  findByRoot(rootPath: string): Promise<Library | null>;
  /** @throws DatabaseError DUPLICATE when the folder is a library already */
  add(library: {
    readonly name: string;
    readonly rootPath: string;
    readonly excludedDirs: readonly string[];
  }): Promise<Library>;
  update(
    id: number,
    patch: Partial<
      Pick<Library, 'name' | 'excludedDirs' | 'state' | 'stateReason' | 'lastScanAt' | 'excludeRulesHash'>
    >,
  ): Promise<Library>;
  /** Removes the library and its rows, in batches. Files are not touched. */
  remove(id: number): Promise<void>;
}

export interface ImageExifDao {
  // ---- scan
  /** Keyset walk over one library in `rel_path` order, for the scan's comparison. */
  pageKnownFiles(request: {
    readonly libraryId: number;
    readonly after: string | null;
    readonly limit: number;
  }): Promise<readonly KnownFile[]>;
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
  /** Removes rows missing since before `missingBefore`. @returns how many */
  removeMissing(libraryId: number, missingBefore: number): Promise<number>;
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
  /** Epoch ms when the next pending row of this library falls due; null when there is none. */
  nextDueAt(libraryId: number): Promise<number | null>;
  /** `failed` rows back to `pending`, their counts cleared. @returns how many */
  requeue(selection: RequeueSelection): Promise<number>;
  /** `failed` rows of another decoder version go back to `pending`. */
  requeueForDecoder(decoderVersion: string): Promise<number>;

  // ---- reading
  counters(libraryId?: number): Promise<ClipCounters>;
  failureGroups(libraryId?: number): Promise<readonly FailureGroup[]>;
  findImage(id: number): Promise<ImageRow | null>;
  findImageByPath(libraryId: number, relPath: string): Promise<ImageRow | null>;
  findImages(ids: readonly number[]): Promise<readonly ImageRow[]>;
  /** Newest first by `sort_time`, missing and skipped rows left out. */
  pageImages(request: {
    readonly libraryId?: number;
    readonly cursor?: string;
    readonly limit: number;
  }): Promise<Page<ImageRow>>;
  pageFailures(request: {
    readonly libraryId?: number;
    readonly reason?: string;
    readonly cursor?: string;
    readonly limit: number;
  }): Promise<Page<ImageRow>>;
  findEmbedding(id: number): Promise<{ readonly modelVersion: string; readonly embedding: Float32Array } | null>;
  /** All searchable vectors of a model, in id order, a batch at a time, yielding to the event loop between them. */
  streamEmbeddings(request: {
    readonly modelVersion: string;
    readonly afterId?: number;
    readonly batch?: number;
  }): AsyncIterable<readonly IndexedEmbedding[]>;
  cameras(): Promise<readonly string[]>;
}

export interface ClipStateDao {
  read(): Promise<ClipModelState>;
  /**
   * Pins the wanted (and, when there is none yet, the active) model. Called at the first connect.
   * @throws DatabaseError MODEL_MISMATCH when another version is pinned
   */
  pin(model: { readonly version: string; readonly name: string; readonly dimension: number }): Promise<ClipModelState>;
}

export interface DatabaseOptions {
  /** `file:/absolute/path.db`. `postgresql://` is refused with one sentence until it is built. */
  readonly url: string;
  readonly log?: DatabaseLogger;
  /** Clock, epoch ms. Default `Date.now`. */
  readonly now?: () => number;
  /** Random numbers in [0, 1) for jitter. Default `Math.random`. */
  readonly random?: () => number;
}

export interface DatabaseLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** One open database. `openDatabase(options)` applies what migrations are due and checks the file first. */
export interface Database extends AsyncDisposable {
  readonly libraries: LibraryDao;
  readonly images: ImageExifDao;
  readonly clipState: ClipStateDao;
  /** Told after each committed batch of embeddings, so that the search index stays current. @returns unsubscribe */
  onEmbedded(listener: (ids: readonly number[]) => void): () => void;
  /** Copies the database to `path` while it is in use. */
  backup(path: string): Promise<void>;
  close(): Promise<void>;
}
