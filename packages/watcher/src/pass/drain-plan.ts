/** What an outcome does to its row in the ledger: the whole policy, without a clock, a socket or a table. */

import { assertNever } from '@clip-watch/basics';
import type { EncodedOutcome, EncodeOutcome, PermanentOutcome, TransientOutcome } from '@clip-watch/clip-client';
import { MAX_PHOTO_ATTEMPTS, nextAttempt } from '../backoff.js';
import type { ClipFailure, ClipQuality, StoredEmbedding } from '../clip-backlog.js';
import type { LedgerEntry, WorkItem } from '../ledger-entry.js';
import type { PictureFailure } from '../picture-types.js';

export interface PlanFacts {
  readonly decoderVersion: string;
  /** How often an encoder went away while it had this photo, since the program started. */
  readonly outages: number;
  readonly now: number;
  readonly random: () => number;
}

const CHANGED_RETRY_MS = 60_000;

/** What embeddings of the model in force look like. Anything else must not be stored, even if the client let it through. */
export interface ExpectedEmbedding {
  readonly modelVersion: string;
  readonly dimension: number;
}

export function planOutcome(
  item: WorkItem,
  outcome: EncodeOutcome,
  facts: PlanFacts & { readonly quality: ClipQuality; readonly expected: ExpectedEmbedding },
): LedgerEntry {
  switch (outcome.kind) {
    case 'encoded':
      return planEncoded(item, outcome, facts);
    case 'permanent':
      return planPermanent(item, outcome, facts);
    case 'transient':
      return planTransient(item, outcome, facts);
    default:
      return assertNever(outcome);
  }
}

function planEncoded(
  item: WorkItem,
  outcome: EncodedOutcome,
  facts: PlanFacts & { readonly quality: ClipQuality; readonly expected: ExpectedEmbedding },
): LedgerEntry {
  const flaw = embeddingFlaw(outcome, item, facts.expected);
  if (flaw !== undefined) return failure(item, 'service', 'protocol', flaw, facts);
  const row: StoredEmbedding = {
    imageId: item.candidate.id,
    contentHash: item.candidate.contentHash,
    token: item.token,
    modelVersion: outcome.modelVersion,
    embedding: outcome.embedding,
    quality: facts.quality,
    decoderVersion: facts.decoderVersion,
  };
  return { kind: 'embedding', item, row };
}

/** @returns why this vector must not be stored, or undefined */
export function embeddingFlaw(
  outcome: EncodedOutcome,
  item: WorkItem,
  expected: ExpectedEmbedding,
): string | undefined {
  if (outcome.contentHash !== item.candidate.contentHash) return 'the answer is about other bytes';
  if (outcome.modelVersion !== expected.modelVersion) return 'the answer comes from another model version';
  if (outcome.embedding.length !== expected.dimension)
    return `the vector has ${outcome.embedding.length} numbers, not ${expected.dimension}`;
  return outcome.embedding.every(Number.isFinite) ? undefined : 'the vector holds a number that is not finite';
}

function planPermanent(item: WorkItem, outcome: PermanentOutcome, facts: PlanFacts): LedgerEntry {
  return finalFailure(item, outcome.reason, outcome.message, facts);
}

function planTransient(item: WorkItem, outcome: TransientOutcome, facts: PlanFacts): LedgerEntry {
  if (outcome.errorClass === 'service' && isUntouched(outcome.reason, facts.outages)) return { kind: 'release', item };
  return failure(item, outcome.errorClass, outcome.reason, outcome.message, facts, outcome.retryAfterMs);
}

/**
 * An outage says nothing about the photos that the encoder had. But a photo that was there twice may be what brings it
 * down: from then on it is postponed, so that the others get past it.
 */
function isUntouched(reason: TransientOutcome['reason'], outages: number): boolean {
  switch (reason) {
    case 'cancelled':
    case 'misconfigured':
    case 'model_loading':
      return true;
    case 'unavailable':
      return outages === 0;
    case 'overloaded':
    case 'timeout':
    case 'protocol':
    case 'internal':
    case 'invalid_item':
      return false;
    default:
      return assertNever(reason);
  }
}

/** A picture that gave no pixels. */
export function planPictureFailure(item: WorkItem, picture: PictureFailure, facts: PlanFacts): LedgerEntry {
  if (picture.errorClass !== 'photo') return failure(item, picture.errorClass, picture.reason, picture.message, facts);
  const isLastTry = item.candidate.attempts + 1 >= MAX_PHOTO_ATTEMPTS;
  if (picture.sure || isLastTry) return finalFailure(item, picture.reason, picture.message, facts);
  return failure(item, 'photo', picture.reason, picture.message, facts);
}

/** The file no longer holds the bytes that its row was made from: the next scan sorts it out, and this row is tried soon after. */
export function planChanged(item: WorkItem, facts: PlanFacts): LedgerEntry {
  const message = 'The file changed after it was indexed. It is read again by itself.';
  const entry = failure(item, 'environment', 'changed', message, facts);
  if (entry.kind !== 'failure') return entry;
  return { ...entry, row: { ...entry.row, nextAttemptAt: facts.now + CHANGED_RETRY_MS } };
}

function finalFailure(item: WorkItem, reason: string, message: string, facts: PlanFacts): LedgerEntry {
  const row = {
    ...rowOf(item, 'photo', reason, message, facts),
    final: true,
    countsAttempt: true,
    nextAttemptAt: null,
  };
  return { kind: 'failure', item, row };
}

function failure(
  item: WorkItem,
  errorClass: ClipFailure['errorClass'],
  reason: string,
  message: string,
  facts: PlanFacts,
  retryAfterMs = 0,
): LedgerEntry {
  const countsAttempt = errorClass === 'photo';
  const { attempts, deferrals } = item.candidate;
  const nextAttemptAt = nextAttempt({
    errorClass,
    reason,
    attempts,
    deferrals,
    now: facts.now,
    random: facts.random,
    retryAfterMs,
  });
  const row = { ...rowOf(item, errorClass, reason, message, facts), final: false, countsAttempt, nextAttemptAt };
  return { kind: 'failure', item, row };
}

function rowOf(
  item: WorkItem,
  errorClass: ClipFailure['errorClass'],
  reason: string,
  message: string,
  facts: PlanFacts,
): Omit<ClipFailure, 'final' | 'countsAttempt' | 'nextAttemptAt'> {
  const { id, contentHash } = item.candidate;
  const { decoderVersion } = facts;
  return { imageId: id, contentHash, token: item.token, errorClass, reason, message, decoderVersion };
}
