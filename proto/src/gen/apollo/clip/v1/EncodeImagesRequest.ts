// Original file: apollo/clip/v1/clip.proto

import type { StreamOpen as _apollo_clip_v1_StreamOpen, StreamOpen__Output as _apollo_clip_v1_StreamOpen__Output } from '../../../apollo/clip/v1/StreamOpen.js';
import type { ImageItem as _apollo_clip_v1_ImageItem, ImageItem__Output as _apollo_clip_v1_ImageItem__Output } from '../../../apollo/clip/v1/ImageItem.js';
import type { CancelItem as _apollo_clip_v1_CancelItem, CancelItem__Output as _apollo_clip_v1_CancelItem__Output } from '../../../apollo/clip/v1/CancelItem.js';

export interface EncodeImagesRequest {
  'open'?: (_apollo_clip_v1_StreamOpen | null);
  'item'?: (_apollo_clip_v1_ImageItem | null);
  'cancel'?: (_apollo_clip_v1_CancelItem | null);
  'request'?: "open"|"item"|"cancel";
}

export interface EncodeImagesRequest__Output {
  'open'?: (_apollo_clip_v1_StreamOpen__Output | null);
  'item'?: (_apollo_clip_v1_ImageItem__Output | null);
  'cancel'?: (_apollo_clip_v1_CancelItem__Output | null);
  'request'?: "open"|"item"|"cancel";
}
