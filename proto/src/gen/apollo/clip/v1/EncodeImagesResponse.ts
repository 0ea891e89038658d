// Original file: apollo/clip/v1/clip.proto

import type { StreamAccepted as _apollo_clip_v1_StreamAccepted, StreamAccepted__Output as _apollo_clip_v1_StreamAccepted__Output } from '../../../apollo/clip/v1/StreamAccepted.js';
import type { EncodeResult as _apollo_clip_v1_EncodeResult, EncodeResult__Output as _apollo_clip_v1_EncodeResult__Output } from '../../../apollo/clip/v1/EncodeResult.js';
import type { FlowUpdate as _apollo_clip_v1_FlowUpdate, FlowUpdate__Output as _apollo_clip_v1_FlowUpdate__Output } from '../../../apollo/clip/v1/FlowUpdate.js';

export interface EncodeImagesResponse {
  'accepted'?: (_apollo_clip_v1_StreamAccepted | null);
  'result'?: (_apollo_clip_v1_EncodeResult | null);
  'flow'?: (_apollo_clip_v1_FlowUpdate | null);
  'response'?: "accepted"|"result"|"flow";
}

export interface EncodeImagesResponse__Output {
  'accepted'?: (_apollo_clip_v1_StreamAccepted__Output | null);
  'result'?: (_apollo_clip_v1_EncodeResult__Output | null);
  'flow'?: (_apollo_clip_v1_FlowUpdate__Output | null);
  'response'?: "accepted"|"result"|"flow";
}
