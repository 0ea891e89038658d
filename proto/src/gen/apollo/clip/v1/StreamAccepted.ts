// Original file: apollo/clip/v1/clip.proto

import type { ModelInfo as _apollo_clip_v1_ModelInfo, ModelInfo__Output as _apollo_clip_v1_ModelInfo__Output } from '../../../apollo/clip/v1/ModelInfo.js';

export interface StreamAccepted {
  'model'?: (_apollo_clip_v1_ModelInfo | null);
  /**
   * The window: most unanswered items. At least 1.
   */
  'max_in_flight'?: (number);
  'server_version'?: (string);
  'server_instance_id'?: (string);
  /**
   * While any item is unanswered the server sends some message at least this often (a FlowUpdate if it has nothing
   * better); 0: no promise. Tells slow from dead without HTTP/2 pings, which many servers punish.
   */
  'heartbeat_ms'?: (number);
}

export interface StreamAccepted__Output {
  'model': (_apollo_clip_v1_ModelInfo__Output | null);
  /**
   * The window: most unanswered items. At least 1.
   */
  'max_in_flight': (number);
  'server_version': (string);
  'server_instance_id': (string);
  /**
   * While any item is unanswered the server sends some message at least this often (a FlowUpdate if it has nothing
   * better); 0: no promise. Tells slow from dead without HTTP/2 pings, which many servers punish.
   */
  'heartbeat_ms': (number);
}
