/**
 * The one port between the drain and a table of photos. The drain knows nothing else of how photos are kept: a host
 * with a table of its own implements this, and the DAOs of `@clip-watch/db` fit it by shape.
 */

export type ClipErrorClass = 'photo' | 'environment' | 'service' | 'bug';

/** `preview`: made from a camera's preview; `low`: from less than the model's input size. */
export type ClipQuality = 'full' | 'preview' | 'low';

/** A photo that is due for encoding now. */
export interface ClipCandidate {
  /** The id of its row. */
  readonly id: number;
  /** The library that it belongs to. */
  readonly libraryId: number;
  /** Relative to the library's root, with `/`. */
  readonly relPath: string;
  /** SHA-256 of the whole file, lower-case hex. */
  readonly contentHash: string;
  /** In bytes. */
  readonly fileSize: number;
  /** Of the file, in epoch ms. */
  readonly modifiedAtMs: number;
  /** Verdicts on this photo so far. */
  readonly attempts: number;
  /** Times put off in a row without a verdict. */
  readonly deferrals: number;
  /** Times that a decoder died with this photo in hand. */
  readonly crashes: number;
}

/** What to claim, and for whom. */
export interface ClaimRequest {
  /** Candidates of this library only. */
  readonly libraryId: number;
  /** Most candidates in the answer. */
  readonly limit: number;
  /** Names the holder of the claim; unique among running programs. */
  readonly owner: string;
  /** How long the claim holds without being extended. */
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
  /** Names this claim; outcomes must carry it. */
  readonly token: string;
  /** The holder, as it was asked for. */
  readonly owner: string;
  /** Epoch ms. */
  readonly leaseUntil: number;
  /** In the order in which they should be encoded. */
  readonly candidates: readonly ClipCandidate[];
  /** Photos that needed no encode, because an equal one had the wanted embedding already. */
  readonly copied: number;
}

/** An embedding to store. It counts only if id, content hash, token and wanted model still fit. */
export interface StoredEmbedding {
  /** The id of the row. */
  readonly imageId: number;
  /** Of the bytes that were encoded. */
  readonly contentHash: string;
  /** Of the claim. */
  readonly token: string;
  /** Of the model that made the embedding. */
  readonly modelVersion: string;
  /** `dimension` numbers, all finite. */
  readonly embedding: Float32Array;
  /** What the picture was made from. */
  readonly quality: ClipQuality;
  /** Of the decoder that made the picture. */
  readonly decoderVersion: string;
}

/** A failure to record, under the same condition as an embedding. */
export interface ClipFailure {
  /** The id of the row. */
  readonly imageId: number;
  /** Of the bytes that failed. */
  readonly contentHash: string;
  /** Of the claim. */
  readonly token: string;
  /** Decides when it is tried again. */
  readonly errorClass: ClipErrorClass;
  /** A key of `REASONS`, or what an encoder said. */
  readonly reason: string;
  /** What was met, in one sentence for people. */
  readonly message: string;
  /** True: `failed`, listed and not tried again by itself. Only the class `photo` may be final. */
  readonly final: boolean;
  /** False for what was no verdict on the photo. */
  readonly countsAttempt: boolean;
  /** Epoch ms; null when final. */
  readonly nextAttemptAt: number | null;
  /** Of the decoder that saw the file. */
  readonly decoderVersion: string | null;
}

/** How many of a batch took effect; the rest were stale (photo changed, claim lost, model changed). */
export interface WriteResult {
  /** Rows that took the outcome. */
  readonly written: number;
  /** Rows that had changed in the meantime, and did not. */
  readonly stale: number;
  /** Photos of equal content that got the same outcome. */
  readonly shared: number;
}

/** A library as the drain sees it. */
export interface BacklogLibrary {
  /** Never used again for another library. */
  readonly id: number;
  /** The drain works on libraries that are `online`. */
  readonly state: 'online' | 'offline' | 'paused';
}

/** Photos of one library that are still to be encoded. */
export interface BacklogCounters {
  /** Without an embedding, and not failed. */
  readonly pending: number;
  /** Encoded, but not yet in the wanted model. */
  readonly outdated: number;
}

/** Which model is searched and which one photos are encoded with. They differ while the photos change over. */
export interface ClipModelState {
  /** The model that is searched; null before the first. */
  readonly activeModelVersion: string | null;
  /** The model that photos are encoded with; null before the first. */
  readonly wantedModelVersion: string | null;
  /** Name of the wanted model. */
  readonly modelName: string | null;
  /** The model that was searched before, while its vectors are carried over or dropped. */
  readonly retiringModelVersion: string | null;
  /** Its name, for people. */
  readonly retiringModelName: string | null;
  /** The model that the recorded failures were found with. */
  readonly ledgerModelVersion: string | null;
}

/** The model that photos are encoded with. */
export interface PinnedModel {
  /** Opaque; compared for equality only. */
  readonly version: string;
  /** For people. */
  readonly name: string;
  /** Numbers in each embedding. */
  readonly dimension: number;
}

/**
 * Every method may reject with an error whose `code` is `BUSY`, `DISK_FULL`, `READ_ONLY`, `NOT_WRITABLE` or `IO`: then
 * the drain waits and tries again. Any other error counts as a fault of the program.
 */
export interface ClipBacklog {
  /** All libraries, whatever their state. */
  listLibraries(): Promise<readonly BacklogLibrary[]>;
  /** Null when it was removed. */
  findLibrary(libraryId: number): Promise<BacklogLibrary | null>;
  /**
   * The drain pauses a library whose disk fails, and puts it back `online`; one that is offline by now stays offline.
   * `reason`: one sentence for people.
   */
  setLibraryState(libraryId: number, state: 'online' | 'paused', reason: string | null): Promise<unknown>;
  /** Of one library. */
  counters(libraryId: number): Promise<BacklogCounters>;
  /** Epoch ms when the next photo of this library falls due; null when there is none. */
  nextDueAt(libraryId: number): Promise<number | null>;

  /** Takes due photos, newest first, at most one of equal content; nobody else gets them before the lease ends. */
  claimClipCandidates(request: ClaimRequest): Promise<ClipClaim>;
  /** Lets a claim hold for another `leaseMs`. @returns how many photos it still holds */
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

  /** Which models are searched and wanted now. */
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
