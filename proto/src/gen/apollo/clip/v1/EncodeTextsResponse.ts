// Original file: apollo/clip/v1/clip.proto

import type { EncodeResult as _apollo_clip_v1_EncodeResult, EncodeResult__Output as _apollo_clip_v1_EncodeResult__Output } from '../../../apollo/clip/v1/EncodeResult.js';

/**
 * The answers to those texts.
 */
export interface EncodeTextsResponse {
  /**
   * Same length and order as the texts; request_id is the index in that list, content_hash is empty.
   */
  'results'?: (_apollo_clip_v1_EncodeResult)[];
}

/**
 * The answers to those texts.
 */
export interface EncodeTextsResponse__Output {
  /**
   * Same length and order as the texts; request_id is the index in that list, content_hash is empty.
   */
  'results': (_apollo_clip_v1_EncodeResult__Output)[];
}
