// Original file: apollo/clip/v1/clip.proto

import type { ModelSelector as _apollo_clip_v1_ModelSelector, ModelSelector__Output as _apollo_clip_v1_ModelSelector__Output } from '../../../apollo/clip/v1/ModelSelector.js';

/**
 * A few texts, usually one: what a person searches for.
 */
export interface EncodeTextsRequest {
  /**
   * Left out: the default model.
   */
  'model'?: (_apollo_clip_v1_ModelSelector | null);
  /**
   * At most ServerLimits.max_texts: more fail the call with INVALID_ARGUMENT.
   */
  'texts'?: (string)[];
}

/**
 * A few texts, usually one: what a person searches for.
 */
export interface EncodeTextsRequest__Output {
  /**
   * Left out: the default model.
   */
  'model': (_apollo_clip_v1_ModelSelector__Output | null);
  /**
   * At most ServerLimits.max_texts: more fail the call with INVALID_ARGUMENT.
   */
  'texts': (string)[];
}
