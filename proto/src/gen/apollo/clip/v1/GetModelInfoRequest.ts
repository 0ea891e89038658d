// Original file: apollo/clip/v1/clip.proto

import type { ModelSelector as _apollo_clip_v1_ModelSelector, ModelSelector__Output as _apollo_clip_v1_ModelSelector__Output } from '../../../apollo/clip/v1/ModelSelector.js';

/**
 * Asks what a model is.
 */
export interface GetModelInfoRequest {
  /**
   * Left out: the default model.
   */
  'model'?: (_apollo_clip_v1_ModelSelector | null);
}

/**
 * Asks what a model is.
 */
export interface GetModelInfoRequest__Output {
  /**
   * Left out: the default model.
   */
  'model': (_apollo_clip_v1_ModelSelector__Output | null);
}
