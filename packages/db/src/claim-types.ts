/** What a drain borrows, and the outcomes that it brings back. */
import type { ClipErrorClass, ClipQuality } from './images/image-types.js';

/** A row that is due for encoding now, as the last scan knew it. */
export interface ClipCandidate {
  readonly id: number;
  readonly libraryId: number;
  /** Relative to the library's root, with `/`. */
  readonly relPath: string;
  /** SHA-256 of the whole file, lower-case hex. An outcome counts for these bytes only. */
  readonly contentHash: string;
  /** Bytes. */
  readonly fileSize: number;
  /** Epoch ms. */
  readonly modifiedAtMs: number;
  /** Verdicts on the photo so far: tries that counted. */
  readonly attempts: number;
  /** Times put off in a row without a verdict; environment, service and bug delays grow by it. */
  readonly deferrals: number;
  /** Decoders that died, or claims that ran out, with the row in hand. */
  readonly crashes: number;
}

/** A page that one owner holds until `leaseUntil`. Outcomes and releases carry its token. */
export interface ClipClaim {
  /** Made for this claim. */
  readonly token: string;
  readonly owner: string;
  /** Epoch ms. After it the rows are anybody's again, each with a crash. */
  readonly leaseUntil: number;
  /** Fresh ones first, newest first; then retries, the oldest due first. Empty: nothing is due now. */
  readonly candidates: readonly ClipCandidate[];
  /** Rows that needed no encode, because an equal picture had the wanted embedding already. */
  readonly copied: number;
}

/** What a claim asks for. */
export interface ClaimRequest {
  readonly libraryId: number;
  /** Rows, 1 to 10,000. */
  readonly limit: number;
  /** Who holds the rows: `releaseOwner` frees them by it. */
  readonly owner: string;
  /** Up to an hour. */
  readonly leaseMs: number;
  /** Nothing goes out when another one is wanted, or while the ledger still holds verdicts of another one. */
  readonly wantedModelVersion: string;
  /** Encoded rows whose vector is of another model, instead of pending ones. Default false. */
  readonly reencode?: boolean;
  /** `retries`: only rows that are due again, whatever their time (`index` at the end of its pass). Default `fresh-and-due`. */
  readonly lane?: 'fresh-and-due' | 'retries';
  /** One row that crashed twice, and nothing else: no other claim takes those. Default false. */
  readonly alone?: boolean;
}

/** An encoder's answer for one candidate. */
export interface StoredEmbedding {
  readonly imageId: number;
  /** The candidate's. If the photo has other bytes by now, the answer is stale. */
  readonly contentHash: string;
  /** The claim's. If somebody else holds the row by now, the answer is stale. */
  readonly token: string;
  /** The encoder's. If another model is wanted by now, the answer is stale. */
  readonly modelVersion: string;
  /** As many finite numbers as the wanted model has, not all zero. */
  readonly embedding: Float32Array;
  readonly quality: ClipQuality;
  /** The decoder that made the pixels. */
  readonly decoderVersion: string;
}

/** What became of a candidate that has no embedding. */
export interface ClipFailure {
  readonly imageId: number;
  /** This and `token` are as in `StoredEmbedding`. */
  readonly contentHash: string;
  readonly token: string;
  readonly errorClass: ClipErrorClass;
  /** A word of the drain's own list; rows are grouped by it. */
  readonly reason: string;
  /** A sentence for people, cut at 500 characters. */
  readonly message: string;
  /**
   * True: `failed` now, or at the change of models when the row's vector of before is still searched. False: tried again by
   * the rules of its class. Only `photo` may be final.
   */
  readonly final: boolean;
  /** False for what was no verdict on the photo: `clip_attempts` stays. */
  readonly countsAttempt: boolean;
  /** Epoch ms; null is now. Ignored when `final`. */
  readonly nextAttemptAt: number | null;
  /** Null when no decoder took part. */
  readonly decoderVersion: string | null;
}

/** How many of a batch took effect; the rest were stale (photo changed, claim lost, model changed). */
export interface WriteResult {
  readonly written: number;
  readonly stale: number;
  /** Rows of equal content that got the same outcome. */
  readonly shared: number;
}
