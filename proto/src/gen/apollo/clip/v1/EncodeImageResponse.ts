// Original file: apollo/clip/v1/clip.proto

import type { EncodeResult as _apollo_clip_v1_EncodeResult, EncodeResult__Output as _apollo_clip_v1_EncodeResult__Output } from '../../../apollo/clip/v1/EncodeResult.js';

export interface EncodeImageResponse {
  'result'?: (_apollo_clip_v1_EncodeResult | null);
}

export interface EncodeImageResponse__Output {
  'result': (_apollo_clip_v1_EncodeResult__Output | null);
}
