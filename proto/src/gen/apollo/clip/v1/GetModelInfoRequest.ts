// Original file: apollo/clip/v1/clip.proto

import type { ModelSelector as _apollo_clip_v1_ModelSelector, ModelSelector__Output as _apollo_clip_v1_ModelSelector__Output } from '../../../apollo/clip/v1/ModelSelector.js';

export interface GetModelInfoRequest {
  'model'?: (_apollo_clip_v1_ModelSelector | null);
}

export interface GetModelInfoRequest__Output {
  'model': (_apollo_clip_v1_ModelSelector__Output | null);
}
