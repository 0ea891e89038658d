// Original file: apollo/clip/v1/clip.proto

import type { StreamAccepted as _apollo_clip_v1_StreamAccepted, StreamAccepted__Output as _apollo_clip_v1_StreamAccepted__Output } from '../../../apollo/clip/v1/StreamAccepted.js';
import type { EncodeResult as _apollo_clip_v1_EncodeResult, EncodeResult__Output as _apollo_clip_v1_EncodeResult__Output } from '../../../apollo/clip/v1/EncodeResult.js';
import type { FlowUpdate as _apollo_clip_v1_FlowUpdate, FlowUpdate__Output as _apollo_clip_v1_FlowUpdate__Output } from '../../../apollo/clip/v1/FlowUpdate.js';

/**
 * What a server says on a stream.
 */
export interface EncodeImagesResponse {
  /**
   * First, and once.
   */
  'accepted'?: (_apollo_clip_v1_StreamAccepted | null);
  /**
   * One an item, in any order.
   */
  'result'?: (_apollo_clip_v1_EncodeResult | null);
  /**
   * At any time after accepted.
   */
  'flow'?: (_apollo_clip_v1_FlowUpdate | null);
  /**
   * An unknown one after accepted is of a later contract: the client ignores it.
   */
  'response'?: "accepted"|"result"|"flow";
}

/**
 * What a server says on a stream.
 */
export interface EncodeImagesResponse__Output {
  /**
   * First, and once.
   */
  'accepted'?: (_apollo_clip_v1_StreamAccepted__Output | null);
  /**
   * One an item, in any order.
   */
  'result'?: (_apollo_clip_v1_EncodeResult__Output | null);
  /**
   * At any time after accepted.
   */
  'flow'?: (_apollo_clip_v1_FlowUpdate__Output | null);
  /**
   * An unknown one after accepted is of a later contract: the client ignores it.
   */
  'response'?: "accepted"|"result"|"flow";
}
