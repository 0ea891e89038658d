// Original file: apollo/clip/v1/clip.proto

import type { StreamOpen as _apollo_clip_v1_StreamOpen, StreamOpen__Output as _apollo_clip_v1_StreamOpen__Output } from '../../../apollo/clip/v1/StreamOpen.js';
import type { ImageItem as _apollo_clip_v1_ImageItem, ImageItem__Output as _apollo_clip_v1_ImageItem__Output } from '../../../apollo/clip/v1/ImageItem.js';
import type { CancelItem as _apollo_clip_v1_CancelItem, CancelItem__Output as _apollo_clip_v1_CancelItem__Output } from '../../../apollo/clip/v1/CancelItem.js';

/**
 * What a client says on a stream.
 */
export interface EncodeImagesRequest {
  /**
   * First, and once.
   */
  'open'?: (_apollo_clip_v1_StreamOpen | null);
  /**
   * Never more unanswered ones than the window.
   */
  'item'?: (_apollo_clip_v1_ImageItem | null);
  /**
   * Of an item without an answer.
   */
  'cancel'?: (_apollo_clip_v1_CancelItem | null);
  /**
   * An unknown one after open is of a later contract: the server ignores it.
   */
  'request'?: "open"|"item"|"cancel";
}

/**
 * What a client says on a stream.
 */
export interface EncodeImagesRequest__Output {
  /**
   * First, and once.
   */
  'open'?: (_apollo_clip_v1_StreamOpen__Output | null);
  /**
   * Never more unanswered ones than the window.
   */
  'item'?: (_apollo_clip_v1_ImageItem__Output | null);
  /**
   * Of an item without an answer.
   */
  'cancel'?: (_apollo_clip_v1_CancelItem__Output | null);
  /**
   * An unknown one after open is of a later contract: the server ignores it.
   */
  'request'?: "open"|"item"|"cancel";
}
