import { endianness } from 'node:os';
import type { EncodeResult } from '@clip-watch/proto';

/** The reasons of the contract that this server gives. */
export type ItemFailureReason =
  | 'ERROR_REASON_UNDECODABLE'
  | 'ERROR_REASON_UNSUPPORTED_MEDIA'
  | 'ERROR_REASON_TOO_LARGE'
  | 'ERROR_REASON_INVALID_ITEM'
  | 'ERROR_REASON_OVERLOADED'
  | 'ERROR_REASON_DEADLINE'
  | 'ERROR_REASON_CANCELLED'
  | 'ERROR_REASON_INTERNAL';

/** Verdicts on the bytes themselves; everything else may pass at another time. */
const FINAL: ReadonlySet<ItemFailureReason> = new Set([
  'ERROR_REASON_UNDECODABLE',
  'ERROR_REASON_UNSUPPORTED_MEDIA',
  'ERROR_REASON_TOO_LARGE',
] as const);

/** Why one item has no embedding; a value, not an exception. */
export interface ItemFailure {
  readonly reason: ItemFailureReason;
  readonly message: string;
  readonly retryDelayMs?: number;
}

/** Longest message for people in a result. */
const MAX_MESSAGE = 300;

export interface ResultHead {
  readonly request_id: number;
  readonly content_hash: string;
}

export interface ResultTimes {
  readonly duration_ms: number;
  readonly queue_ms: number;
}

export function toEmbeddingResult(
  head: ResultHead,
  vector: Float32Array,
  modelVersion: string,
  times: ResultTimes,
): EncodeResult {
  return {
    ...head,
    ...times,
    outcome: 'embedding',
    embedding: { values_f32le: toLittleEndian(vector), dim: vector.length, model_version: modelVersion },
  };
}

export function toErrorResult(head: ResultHead, failure: ItemFailure, times: ResultTimes): EncodeResult {
  return {
    ...head,
    ...times,
    outcome: 'error',
    error: {
      reason: failure.reason,
      retry: FINAL.has(failure.reason) ? 'RETRY_NEVER' : 'RETRY_LATER',
      retry_delay_ms: failure.retryDelayMs ?? 0,
      message: failure.message.slice(0, MAX_MESSAGE),
    },
  };
}

const IS_LITTLE_ENDIAN = endianness() === 'LE';

/** The contract's byte order, whatever this machine's is. */
function toLittleEndian(vector: Float32Array): Buffer {
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  return IS_LITTLE_ENDIAN ? bytes : Buffer.from(bytes).swap32();
}
