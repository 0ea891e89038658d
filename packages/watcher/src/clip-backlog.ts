/**
 * The one port between the drain and a table of photos. The drain knows nothing else of how photos are kept: a host
 * with a table of its own implements this, and the DAOs of `@clip-watch/db` fit it by shape.
 */

export type ClipErrorClass = 'photo' | 'environment' | 'service' | 'bug';

/** `preview`: made from a camera's preview; `low`: from less than the model's input size. */
export type ClipQuality = 'full' | 'preview' | 'low';

/** A photo that is due for encoding now. */
export interface ClipCandidate {
  readonly id: number;
  readonly libraryId: number;
  /** Relative to the library's root, with `/`. */
  readonly relPath: string;
  /** SHA-256 of the whole file, lower-case hex. */
  readonly contentHash: string;
  readonly fileSize: number;
  readonly modifiedAtMs: number;
  /** Verdicts on this photo so far. */
  readonly attempts: number;
  /** Times put off in a row without a verdict. */
  readonly deferrals: number;
  /** Times that a decoder died with this photo in hand. */
  readonly crashes: number;
}

export interface ClaimRequest {
  readonly libraryId: number;
  /** Most candidates in the answer. */
  readonly limit: number;
  readonly owner: string;
  readonly leaseMs: number;
  /** Nothing goes out when another one is wanted. */
  readonly wantedModelVersion: string;
  /** Encoded photos whose vector is of another model, instead of pending ones. Default false. */
  readonly reencode?: boolean;
  /** `retries`: only photos that failed for now, whatever their time. Default `fresh-and-due`. */
  readonly lane?: 'fresh-and-due' | 'retries';
  /** One photo that crashed a decoder twice, and nothing else. Without it such photos are left out. */
  readonly alone?: boolean;
}

/** A page that one owner holds until `leaseUntil`. Outcomes and releases carry its token. */
export interface ClipClaim {
  readonly token: string;
  readonly owner: string;
  /** Epoch ms. */
  readonly leaseUntil: number;
  readonly candidates: readonly ClipCandidate[];
  /** Photos that needed no encode, because an equal one had the wanted embedding already. */
  readonly copied: number;
}

/** An embedding to store. It counts only if id, content hash, token and wanted model still fit. */
export interface StoredEmbedding {
  readonly imageId: number;
  readonly contentHash: string;
  readonly token: string;
  readonly modelVersion: string;
  /** `dimension` numbers, all finite. */
  readonly embedding: Float32Array;
  readonly quality: ClipQuality;
  readonly decoderVersion: string;
}

/** A failure to record, under the same condition as an embedding. */
export interface ClipFailure {
  readonly imageId: number;
  readonly contentHash: string;
  readonly token: string;
  readonly errorClass: ClipErrorClass;
  readonly reason: string;
  readonly message: string;
  /** True: `failed`, listed and not tried again by itself. Only the class `photo` may be final. */
  readonly final: boolean;
  /** False for what was no verdict on the photo. */
  readonly countsAttempt: boolean;
  /** Epoch ms; null when final. */
  readonly nextAttemptAt: number | null;
  readonly decoderVersion: string | null;
}

/** How many of a batch took effect; the rest were stale (photo changed, claim lost, model changed). */
export interface WriteResult {
  readonly written: number;
  readonly stale: number;
  /** Photos of equal content that got the same outcome. */
  readonly shared: number;
}

export interface BacklogLibrary {
  readonly id: number;
  readonly state: 'online' | 'offline' | 'paused';
}

/** Photos of one library that are still to be encoded. */
export interface BacklogCounters {
  readonly pending: number;
  /** Encoded, but not yet in the wanted model. */
  readonly outdated: number;
}

/** Which model is searched and which one photos are encoded with. They differ while the photos change over. */
export interface ClipModelState {
  readonly activeModelVersion: string | null;
  readonly wantedModelVersion: string | null;
  /** Name of the wanted model. */
  readonly modelName: string | null;
  /** The model that was searched before, while its vectors are carried over or dropped. */
  readonly retiringModelVersion: string | null;
  readonly retiringModelName: string | null;
  /** The model that the recorded failures were found with. */
  readonly ledgerModelVersion: string | null;
}

export interface PinnedModel {
  readonly version: string;
  readonly name: string;
  readonly dimension: number;
}

/**
 * Every method may reject with an error whose `code` is `BUSY`, `DISK_FULL`, `READ_ONLY`, `NOT_WRITABLE` or `IO`: then
 * the drain waits and tries again. Any other error counts as a fault of the program.
 */
export interface ClipBacklog {
  listLibraries(): Promise<readonly BacklogLibrary[]>;
  findLibrary(libraryId: number): Promise<BacklogLibrary | null>;
  /**
   * The drain pauses a library whose disk fails, and puts it back `online`; one that is offline by now stays offline.
   * `reason`: one sentence for people.
   */
  setLibraryState(libraryId: number, state: 'online' | 'paused', reason: string | null): Promise<unknown>;
  counters(libraryId: number): Promise<BacklogCounters>;
  /** Epoch ms when the next photo of this library falls due; null when there is none. */
  nextDueAt(libraryId: number): Promise<number | null>;

  /** Takes due photos, newest first, at most one of equal content; nobody else gets them before the lease ends. */
  claimClipCandidates(request: ClaimRequest): Promise<ClipClaim>;
  extendClaim(token: string, leaseMs: number): Promise<unknown>;
  /**
   * Gives photos back untouched, except that `crashedIds` count one more crash.
   * @returns how many were still held
   */
  releaseClaims(
    token: string,
    options?: { readonly ids?: readonly number[]; readonly crashedIds?: readonly number[] },
  ): Promise<number>;
  /** Frees claims whose lease ran out, and counts a crash on each. */
  rescueExpiredClaims(): Promise<unknown>;
  /** Everybody who holds a claim now. */
  claimOwners(): Promise<readonly string[]>;
  /** Frees the claims of one owner without counting a crash. */
  releaseOwner(owner: string): Promise<unknown>;

  /** Resolves when the batch is committed; only then it counts as done. */
  backfillClipEmbeddings(batch: readonly StoredEmbedding[]): Promise<WriteResult>;
  /** Resolves when the batch is committed. */
  recordClipFailures(batch: readonly ClipFailure[]): Promise<WriteResult>;
  /** Photos that the rules exclude now, with the reason. */
  setSkipped(changes: readonly { readonly id: number; readonly skipReason: string | null }[]): Promise<unknown>;
  /** Failed photos back to pending. */
  requeue(selection: { readonly ids: readonly number[] }): Promise<unknown>;
  /** Photos that another decoder failed back to pending. */
  requeueForDecoder(decoderVersion: string): Promise<unknown>;

  readModelState(): Promise<ClipModelState>;
  /** Pins the wanted model at the first connect. Rejects with code `MODEL_MISMATCH` when another one is pinned. */
  pinModel(model: PinnedModel): Promise<unknown>;
  /** Photos are encoded with another model; the search stays where it is. */
  switchModel(from: string, model: PinnedModel): Promise<unknown>;
  /** As `switchModel`, and the search goes over at once. */
  replaceModel(from: string, model: PinnedModel): Promise<unknown>;
  /** The search goes over when every photo that it finds is ready, or by `force`. @returns whether it did */
  activateWantedModel(options: { readonly force: boolean }): Promise<boolean>;
  /** Drops the vectors of all models but `keep`. @returns how many photos */
  forgetEmbeddings(request: { readonly keep: string; readonly signal?: AbortSignal }): Promise<number>;
  /** Outcomes that wait in this model become their photos' own. @returns how many photos */
  foldWaiting(request: { readonly version: string; readonly signal?: AbortSignal }): Promise<number>;
  /** Nothing of this version is left to carry over or to forget. */
  retireModel(version: string): Promise<unknown>;
  /** Forgets the failures that were found with another model than `wanted`. */
  resetLedger(request: { readonly wanted: string; readonly signal?: AbortSignal }): Promise<unknown>;
  /** The recorded failures are all of this model, if it is wanted. */
  settleLedger(version: string): Promise<unknown>;
}
