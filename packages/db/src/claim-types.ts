/** What a drain borrows, and the outcomes that it brings back. */
import type { ClipErrorClass, ClipQuality } from './image-types.js';

export interface ClipCandidate {
  readonly id: number;
  readonly libraryId: number;
  readonly relPath: string;
  readonly contentHash: string;
  readonly fileSize: number;
  readonly modifiedAtMs: number;
  readonly attempts: number;
  /** Times put off in a row without a verdict; environment, service and bug delays grow by it. */
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
  /** Nothing goes out when another one is wanted, or while the ledger still holds verdicts of another one. */
  readonly wantedModelVersion: string;
  /** Encoded rows whose vector is of another model, instead of pending ones. Default false. */
  readonly reencode?: boolean;
  /** `retries`: only rows that are due again, whatever their time (`index` at the end of its pass). Default `fresh-and-due`. */
  readonly lane?: 'fresh-and-due' | 'retries';
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
  /**
   * True: `failed` now, or at the change of models when the row's vector of before is still searched. False: tried again by
   * the rules of its class. Only `photo` may be final.
   */
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
