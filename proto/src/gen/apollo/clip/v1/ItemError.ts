// Original file: apollo/clip/v1/clip.proto

import type { ErrorReason as _apollo_clip_v1_ErrorReason, ErrorReason__Output as _apollo_clip_v1_ErrorReason__Output } from '../../../apollo/clip/v1/ErrorReason.js';
import type { Retry as _apollo_clip_v1_Retry, Retry__Output as _apollo_clip_v1_Retry__Output } from '../../../apollo/clip/v1/Retry.js';

/**
 * Why one item has no vector. It speaks of this item only; the stream goes on.
 */
export interface ItemError {
  /**
   * What was met, for people and counters.
   */
  'reason'?: (_apollo_clip_v1_ErrorReason);
  /**
   * What the client must do; stated by the server so that a reason added later still has a meaning.
   */
  'retry'?: (_apollo_clip_v1_Retry);
  /**
   * With RETRY_LATER: wait at least this long. 0: the client's own backoff.
   */
  'retry_delay_ms'?: (number);
  /**
   * For people. Never parsed; never holds picture content or absolute paths.
   */
  'message'?: (string);
}

/**
 * Why one item has no vector. It speaks of this item only; the stream goes on.
 */
export interface ItemError__Output {
  /**
   * What was met, for people and counters.
   */
  'reason': (_apollo_clip_v1_ErrorReason__Output);
  /**
   * What the client must do; stated by the server so that a reason added later still has a meaning.
   */
  'retry': (_apollo_clip_v1_Retry__Output);
  /**
   * With RETRY_LATER: wait at least this long. 0: the client's own backoff.
   */
  'retry_delay_ms': (number);
  /**
   * For people. Never parsed; never holds picture content or absolute paths.
   */
  'message': (string);
}
