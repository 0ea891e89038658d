import type { EncodeResult__Output, ItemError__Output } from '@clip-watch/proto';
import { decodeEmbedding, embeddingFault } from '../embedding.js';
import { classifyStatus, describeEnd, type StreamEnd } from '../encoder/retry-policy.js';
import type {
  ClipModel,
  EncodedOutcome,
  EncodeOutcome,
  ImageToEncode,
  PermanentOutcome,
  TransientOutcome,
} from '../types.js';

type WithoutImage<T> = Omit<T, 'imageId' | 'contentHash'>;

/** An outcome that does not yet say whose it is. */
export type Verdict = WithoutImage<EncodedOutcome> | WithoutImage<PermanentOutcome> | WithoutImage<TransientOutcome>;

export type TransientVerdict = WithoutImage<TransientOutcome>;

/** What one answer says about the encoder itself. */
export type Effect = 'good' | 'pause' | 'fault' | 'none';

const PERMANENT_REASONS: Readonly<Record<string, PermanentOutcome['reason']>> = {
  ERROR_REASON_UNDECODABLE: 'undecodable',
  ERROR_REASON_UNSUPPORTED_MEDIA: 'unsupported_media',
  ERROR_REASON_TOO_LARGE: 'too_large',
};

const TRANSIENT_REASONS: Readonly<Record<string, TransientOutcome['reason']>> = {
  ERROR_REASON_OVERLOADED: 'overloaded',
  ERROR_REASON_MODEL_LOADING: 'model_loading',
  ERROR_REASON_DEADLINE: 'timeout',
  ERROR_REASON_CANCELLED: 'cancelled',
  ERROR_REASON_INTERNAL: 'internal',
};

const MAX_MESSAGE_LENGTH = 300;

export function transient(reason: TransientOutcome['reason'], message: string): TransientVerdict {
  return { kind: 'transient', errorClass: 'service', reason, message };
}

/** Our own fault: the item as it is cannot be sent. */
export function malformed(message: string): TransientVerdict {
  return { kind: 'transient', errorClass: 'bug', reason: 'invalid_item', message };
}

/**
 * Judges one answer. Everything that is not exactly what the contract promises is a transient protocol fault.
 * @param contentHash the one that was sent under this result's id
 */
export function judgeResult(result: EncodeResult__Output, contentHash: string, model: ClipModel): Verdict {
  if (result.content_hash !== contentHash) return transient('protocol', 'the answer names another content hash');
  // The discriminant alone is right: both members stay in the object when a sender set both.
  if (result.outcome === 'embedding' && result.embedding) {
    const { dim, model_version, values_f32le } = result.embedding;
    return judgeEmbedding(values_f32le, { dim, model_version, durationMs: result.duration_ms }, model);
  }
  if (result.outcome === 'error' && result.error) return judgeItemError(result.error);
  return transient('protocol', 'the answer holds neither an embedding nor an error');
}

interface EmbeddingFacts {
  readonly dim: number;
  readonly model_version: string;
  readonly durationMs: number;
}

function judgeEmbedding(bytes: Uint8Array, facts: EmbeddingFacts, model: ClipModel): Verdict {
  if (facts.model_version !== model.version)
    return transient('protocol', `the embedding is of model ${quoted(facts.model_version)}, not ${model.version}`);
  if (facts.dim !== model.dimension || bytes.byteLength !== model.dimension * 4)
    return transient('protocol', `the embedding has ${bytes.byteLength} bytes for ${model.dimension} numbers`);
  const embedding = decodeEmbedding(bytes, model.dimension);
  const fault = embeddingFault(embedding, model.normalized);
  if (fault !== undefined) return transient('protocol', fault);
  return { kind: 'encoded', embedding, modelVersion: model.version, durationMs: facts.durationMs };
}

/** Permanent comes only from RETRY_NEVER, and not when the server contradicts itself. */
function judgeItemError(error: ItemError__Output): Verdict {
  const message = clean(error.message) || String(error.reason);
  if (error.reason === 'ERROR_REASON_INVALID_ITEM') return malformed(message);
  const later = TRANSIENT_REASONS[error.reason];
  if (error.retry === 'RETRY_NEVER') {
    if (later !== undefined) return transient('protocol', `RETRY_NEVER does not go with ${error.reason}`);
    // A reason of a later contract: what to do is stated all the same.
    return { kind: 'permanent', reason: PERMANENT_REASONS[error.reason] ?? 'refused', message };
  }
  const verdict = transient(later ?? 'internal', message);
  return error.retry_delay_ms > 0 ? { ...verdict, retryAfterMs: error.retry_delay_ms } : verdict;
}

/** What becomes of the items without an answer when their stream is over. */
export function unansweredVerdict(end: StreamEnd): TransientVerdict {
  const message = describeEnd(end);
  if (end.kind === 'refused') return transient('misconfigured', message);
  if (end.kind === 'closed') return transient('cancelled', 'the client was closed');
  if (end.kind !== 'status') return transient('unavailable', message);
  if (classifyStatus(end.status) === 'misconfigured') return transient('misconfigured', message);
  if (end.status === 'INTERNAL') return transient('internal', message);
  if (end.status === 'RESOURCE_EXHAUSTED') return transient('overloaded', message);
  return transient('unavailable', message);
}

/** OVERLOADED asks for a pause; what a well encoder would not say counts against it; the rest is the photo's affair. */
export function effectOf(verdict: Verdict): Effect {
  if (verdict.kind !== 'transient') return 'good';
  switch (verdict.reason) {
    case 'overloaded':
    case 'model_loading':
      return 'pause';
    case 'protocol':
    case 'internal':
    case 'timeout':
      return 'fault';
    default:
      return 'none';
  }
}

/** A verdict of that server alone: another one may have the decoder, or larger limits. */
export function mayAskAnother(verdict: Verdict): boolean {
  return verdict.kind === 'permanent' && (verdict.reason === 'unsupported_media' || verdict.reason === 'too_large');
}

export function toOutcome(image: ImageToEncode, verdict: Verdict): EncodeOutcome {
  const { imageId } = image;
  const { contentHash } = image.ref;
  if (verdict.kind !== 'encoded') return { ...verdict, imageId, contentHash };
  // Written out: a spread of what nearly every image ends in costs more than its validation.
  const { durationMs, embedding, kind, modelVersion } = verdict;
  return { kind, imageId, contentHash, embedding, modelVersion, durationMs };
}

function quoted(text: string): string {
  return JSON.stringify(clean(text));
}

/** Text of a server goes into logs and pages: one line, not endless. */
function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, MAX_MESSAGE_LENGTH);
}
