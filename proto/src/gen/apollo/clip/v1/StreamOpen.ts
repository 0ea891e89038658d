// Original file: apollo/clip/v1/clip.proto

import type { ModelSelector as _apollo_clip_v1_ModelSelector, ModelSelector__Output as _apollo_clip_v1_ModelSelector__Output } from '../../../apollo/clip/v1/ModelSelector.js';

/**
 * Opens a stream, for one model.
 */
export interface StreamOpen {
  /**
   * Left out: the default model. It stays the stream's model to the end.
   */
  'model'?: (_apollo_clip_v1_ModelSelector | null);
  /**
   * For logs: product and version.
   */
  'client_name'?: (string);
  /**
   * Items that the client would like to have unanswered at once; the server grants that or less. 0: server chooses.
   */
  'wanted_in_flight'?: (number);
}

/**
 * Opens a stream, for one model.
 */
export interface StreamOpen__Output {
  /**
   * Left out: the default model. It stays the stream's model to the end.
   */
  'model': (_apollo_clip_v1_ModelSelector__Output | null);
  /**
   * For logs: product and version.
   */
  'client_name': (string);
  /**
   * Items that the client would like to have unanswered at once; the server grants that or less. 0: server chooses.
   */
  'wanted_in_flight': (number);
}
