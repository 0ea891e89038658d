// Original file: apollo/clip/v1/clip.proto

import type { ModelInfo as _apollo_clip_v1_ModelInfo, ModelInfo__Output as _apollo_clip_v1_ModelInfo__Output } from '../../../apollo/clip/v1/ModelInfo.js';

/**
 * The stream is open: its model, its window and its limits.
 */
export interface StreamAccepted {
  /**
   * Always there.
   */
  'model'?: (_apollo_clip_v1_ModelInfo | null);
  /**
   * The window: most unanswered items. At least 1.
   */
  'max_in_flight'?: (number);
  /**
   * As in GetModelInfoResponse.
   */
  'server_version'?: (string);
  /**
   * As in GetModelInfoResponse.
   */
  'server_instance_id'?: (string);
  /**
   * While any item is unanswered the server sends some message at least this often (a FlowUpdate if it has nothing
   * better); 0: no promise. Tells slow from dead without HTTP/2 pings, which many servers punish.
   */
  'heartbeat_ms'?: (number);
}

/**
 * The stream is open: its model, its window and its limits.
 */
export interface StreamAccepted__Output {
  /**
   * Always there.
   */
  'model': (_apollo_clip_v1_ModelInfo__Output | null);
  /**
   * The window: most unanswered items. At least 1.
   */
  'max_in_flight': (number);
  /**
   * As in GetModelInfoResponse.
   */
  'server_version': (string);
  /**
   * As in GetModelInfoResponse.
   */
  'server_instance_id': (string);
  /**
   * While any item is unanswered the server sends some message at least this often (a FlowUpdate if it has nothing
   * better); 0: no promise. Tells slow from dead without HTTP/2 pings, which many servers punish.
   */
  'heartbeat_ms': (number);
}
