// Original file: apollo/clip/v1/clip.proto

import type { ModelSelector as _apollo_clip_v1_ModelSelector, ModelSelector__Output as _apollo_clip_v1_ModelSelector__Output } from '../../../apollo/clip/v1/ModelSelector.js';
import type { ImageItem as _apollo_clip_v1_ImageItem, ImageItem__Output as _apollo_clip_v1_ImageItem__Output } from '../../../apollo/clip/v1/ImageItem.js';

/**
 * One picture by a call of its own.
 */
export interface EncodeImageRequest {
  /**
   * Left out: the default model.
   */
  'model'?: (_apollo_clip_v1_ModelSelector | null);
  /**
   * Left out: the call fails with INVALID_ARGUMENT.
   */
  'item'?: (_apollo_clip_v1_ImageItem | null);
}

/**
 * One picture by a call of its own.
 */
export interface EncodeImageRequest__Output {
  /**
   * Left out: the default model.
   */
  'model': (_apollo_clip_v1_ModelSelector__Output | null);
  /**
   * Left out: the call fails with INVALID_ARGUMENT.
   */
  'item': (_apollo_clip_v1_ImageItem__Output | null);
}
