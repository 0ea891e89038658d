import type { ClaimRequest, ClipClaim, ClipFailure, StoredEmbedding, WriteResult } from '../claim-types.js';

/** Which rows are tried again: these `ids`; or those with this `reason`, in this library, or both; or `all`. */
export interface RequeueSelection {
  /** These photos. */
  readonly ids?: readonly number[];
  /** Photos that failed with this reason. */
  readonly reason?: string;
  /** Photos of this library. */
  readonly libraryId?: number;
  /** Every failed photo. */
  readonly all?: boolean;
}

/** What a drain does with the rows that are due. */
export interface DrainDao {
  /**
   * Lends rows that are due to one owner, one of equal bytes. Rows whose bytes are known by now are settled on the way.
   * @throws RangeError for a limit or a lease out of bounds
   */
  claimClipCandidates(request: ClaimRequest): Promise<ClipClaim>;
  /**
   * Stores a batch in one transaction, and gives each vector to due rows of equal bytes too. The rows' claims end.
   * @throws DatabaseError BAD_EMBEDDING, MODEL_MISMATCH before the first model: nothing is stored
   */
  backfillClipEmbeddings(batch: readonly StoredEmbedding[]): Promise<WriteResult>;
  /**
   * The same for failures. Due rows of equal bytes get what a failure says about the bytes, too.
   * @throws TypeError for a final one that is not the photo's fault; DatabaseError MODEL_MISMATCH before the first model
   */
  recordClipFailures(batch: readonly ClipFailure[]): Promise<WriteResult>;
  /**
   * Gives rows of a claim back untouched, except that each of `crashedIds` counts one crash more. Without `ids`, all that
   * the claim still has.
   * @returns how many
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

  // A change of models. Each works in batches, and what one that was cut short has left is done by the next call.
  /**
   * Drops the vectors of all models but `keep`, those of hidden rows too; what was `encoded` is `pending` afterwards.
   * @returns how many rows
   */
  forgetEmbeddings(request: { readonly keep: string; readonly signal?: AbortSignal }): Promise<number>;
  /** Outcomes that wait in this model become their rows' own: vectors, and verdicts as `failed`. @returns how many rows */
  foldWaiting(request: { readonly version: string; readonly signal?: AbortSignal }): Promise<number>;
  /** Drops what waits in all other models, and the verdicts of all rows: what was `failed` is `pending`. */
  resetLedger(request: { readonly wanted: string; readonly signal?: AbortSignal }): Promise<void>;
}
