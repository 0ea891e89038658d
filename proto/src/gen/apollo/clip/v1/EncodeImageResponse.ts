// Original file: apollo/clip/v1/clip.proto

import type { EncodeResult as _apollo_clip_v1_EncodeResult, EncodeResult__Output as _apollo_clip_v1_EncodeResult__Output } from '../../../apollo/clip/v1/EncodeResult.js';

/**
 * The answer to that picture.
 */
export interface EncodeImageResponse {
  /**
   * Always there.
   */
  'result'?: (_apollo_clip_v1_EncodeResult | null);
}

/**
 * The answer to that picture.
 */
export interface EncodeImageResponse__Output {
  /**
   * Always there.
   */
  'result': (_apollo_clip_v1_EncodeResult__Output | null);
}
