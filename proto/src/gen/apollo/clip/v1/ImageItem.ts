// Original file: apollo/clip/v1/clip.proto

import type { ImageRef as _apollo_clip_v1_ImageRef, ImageRef__Output as _apollo_clip_v1_ImageRef__Output } from '../../../apollo/clip/v1/ImageRef.js';
import type { RgbImage as _apollo_clip_v1_RgbImage, RgbImage__Output as _apollo_clip_v1_RgbImage__Output } from '../../../apollo/clip/v1/RgbImage.js';
import type { EncodedImage as _apollo_clip_v1_EncodedImage, EncodedImage__Output as _apollo_clip_v1_EncodedImage__Output } from '../../../apollo/clip/v1/EncodedImage.js';

/**
 * One picture to encode.
 */
export interface ImageItem {
  /**
   * Chosen by the client, not 0, unique on its stream. In EncodeImage it is only echoed.
   */
  'request_id'?: (number);
  /**
   * Which picture it is, for logs and cross-checks.
   */
  'ref'?: (_apollo_clip_v1_ImageRef | null);
  /**
   * Made by the rules of ModelInfo.preprocessing.
   */
  'rgb'?: (_apollo_clip_v1_RgbImage | null);
  /**
   * Of one of ModelInfo.accepted_media_types.
   */
  'encoded'?: (_apollo_clip_v1_EncodedImage | null);
  /**
   * The client stops waiting this long after sending; 0: no limit given. The server may drop work that cannot
   * make it and answers ERROR_REASON_DEADLINE. (A gRPC deadline is for a whole stream, so it cannot say this.)
   */
  'timeout_ms'?: (number);
  /**
   * The picture. Neither of them: ERROR_REASON_INVALID_ITEM.
   */
  'payload'?: "rgb"|"encoded";
}

/**
 * One picture to encode.
 */
export interface ImageItem__Output {
  /**
   * Chosen by the client, not 0, unique on its stream. In EncodeImage it is only echoed.
   */
  'request_id': (number);
  /**
   * Which picture it is, for logs and cross-checks.
   */
  'ref': (_apollo_clip_v1_ImageRef__Output | null);
  /**
   * Made by the rules of ModelInfo.preprocessing.
   */
  'rgb'?: (_apollo_clip_v1_RgbImage__Output | null);
  /**
   * Of one of ModelInfo.accepted_media_types.
   */
  'encoded'?: (_apollo_clip_v1_EncodedImage__Output | null);
  /**
   * The client stops waiting this long after sending; 0: no limit given. The server may drop work that cannot
   * make it and answers ERROR_REASON_DEADLINE. (A gRPC deadline is for a whole stream, so it cannot say this.)
   */
  'timeout_ms': (number);
  /**
   * The picture. Neither of them: ERROR_REASON_INVALID_ITEM.
   */
  'payload'?: "rgb"|"encoded";
}
