// Original file: apollo/clip/v1/clip.proto

import type { ModelInfo as _apollo_clip_v1_ModelInfo, ModelInfo__Output as _apollo_clip_v1_ModelInfo__Output } from '../../../apollo/clip/v1/ModelInfo.js';

/**
 * The model asked for, and who answered.
 */
export interface GetModelInfoResponse {
  /**
   * Always there.
   */
  'model'?: (_apollo_clip_v1_ModelInfo | null);
  /**
   * Free text for logs, for example "apollo 1.4.2 onnxruntime-cpu".
   */
  'server_version'?: (string);
  /**
   * Changes at every server start.
   */
  'server_instance_id'?: (string);
}

/**
 * The model asked for, and who answered.
 */
export interface GetModelInfoResponse__Output {
  /**
   * Always there.
   */
  'model': (_apollo_clip_v1_ModelInfo__Output | null);
  /**
   * Free text for logs, for example "apollo 1.4.2 onnxruntime-cpu".
   */
  'server_version': (string);
  /**
   * Changes at every server start.
   */
  'server_instance_id': (string);
}
