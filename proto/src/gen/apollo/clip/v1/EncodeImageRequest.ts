// Original file: apollo/clip/v1/clip.proto

import type { ModelSelector as _apollo_clip_v1_ModelSelector, ModelSelector__Output as _apollo_clip_v1_ModelSelector__Output } from '../../../apollo/clip/v1/ModelSelector.js';
import type { ImageItem as _apollo_clip_v1_ImageItem, ImageItem__Output as _apollo_clip_v1_ImageItem__Output } from '../../../apollo/clip/v1/ImageItem.js';

export interface EncodeImageRequest {
  'model'?: (_apollo_clip_v1_ModelSelector | null);
  'item'?: (_apollo_clip_v1_ImageItem | null);
}

export interface EncodeImageRequest__Output {
  'model': (_apollo_clip_v1_ModelSelector__Output | null);
  'item': (_apollo_clip_v1_ImageItem__Output | null);
}
