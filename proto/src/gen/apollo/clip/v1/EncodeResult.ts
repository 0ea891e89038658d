// Original file: apollo/clip/v1/clip.proto

import type { Embedding as _apollo_clip_v1_Embedding, Embedding__Output as _apollo_clip_v1_Embedding__Output } from '../../../apollo/clip/v1/Embedding.js';
import type { ItemError as _apollo_clip_v1_ItemError, ItemError__Output as _apollo_clip_v1_ItemError__Output } from '../../../apollo/clip/v1/ItemError.js';

/**
 * What became of one item: a vector or an error, never both.
 */
export interface EncodeResult {
  /**
   * The item's own.
   */
  'request_id'?: (number);
  /**
   * Echo of ImageRef.content_hash. A client drops a result whose (request_id, content_hash) it never sent.
   */
  'content_hash'?: (string);
  /**
   * It is encoded.
   */
  'embedding'?: (_apollo_clip_v1_Embedding | null);
  /**
   * It is not; the error says whether to send it again.
   */
  'error'?: (_apollo_clip_v1_ItemError | null);
  /**
   * Server time from the whole item received to the result ready, queueing included.
   */
  'duration_ms'?: (number);
  /**
   * The part of duration_ms spent waiting for a free worker.
   */
  'queue_ms'?: (number);
  /**
   * Neither of them: treat as an error with RETRY_LATER.
   */
  'outcome'?: "embedding"|"error";
}

/**
 * What became of one item: a vector or an error, never both.
 */
export interface EncodeResult__Output {
  /**
   * The item's own.
   */
  'request_id': (number);
  /**
   * Echo of ImageRef.content_hash. A client drops a result whose (request_id, content_hash) it never sent.
   */
  'content_hash': (string);
  /**
   * It is encoded.
   */
  'embedding'?: (_apollo_clip_v1_Embedding__Output | null);
  /**
   * It is not; the error says whether to send it again.
   */
  'error'?: (_apollo_clip_v1_ItemError__Output | null);
  /**
   * Server time from the whole item received to the result ready, queueing included.
   */
  'duration_ms': (number);
  /**
   * The part of duration_ms spent waiting for a free worker.
   */
  'queue_ms': (number);
  /**
   * Neither of them: treat as an error with RETRY_LATER.
   */
  'outcome'?: "embedding"|"error";
}
