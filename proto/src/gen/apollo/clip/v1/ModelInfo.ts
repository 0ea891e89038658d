// Original file: apollo/clip/v1/clip.proto

import type { Preprocessing as _apollo_clip_v1_Preprocessing, Preprocessing__Output as _apollo_clip_v1_Preprocessing__Output } from '../../../apollo/clip/v1/Preprocessing.js';
import type { ServerLimits as _apollo_clip_v1_ServerLimits, ServerLimits__Output as _apollo_clip_v1_ServerLimits__Output } from '../../../apollo/clip/v1/ServerLimits.js';
import type { ModelState as _apollo_clip_v1_ModelState, ModelState__Output as _apollo_clip_v1_ModelState__Output } from '../../../apollo/clip/v1/ModelState.js';

/**
 * What a model is and what it takes: all that a client must know to make pixels and to check vectors.
 */
export interface ModelInfo {
  /**
   * For people, for example "clip-vit-base-patch32".
   */
  'name'?: (string);
  /**
   * Opaque and immutable: changes whenever the same input could give another vector (weights, precision,
   * preprocessing, tokenizer), not with the device that runs it. Stored beside each vector and compared for equality
   * only.
   */
  'version'?: (string);
  /**
   * Length of each vector, for example 512.
   */
  'embedding_dim'?: (number);
  /**
   * Every vector has unit length.
   */
  'normalized'?: (boolean);
  /**
   * Side in pixels of the square that the image tower takes, for example 224.
   */
  'input_size'?: (number);
  /**
   * How to make an RgbImage from a picture. Unset: send encoded bytes only.
   */
  'preprocessing'?: (_apollo_clip_v1_Preprocessing | null);
  /**
   * Media types that the server decodes itself, for example "image/jpeg". Empty: RgbImage only.
   */
  'accepted_media_types'?: (string)[];
  /**
   * EncodeTexts is served for this model.
   */
  'supports_text'?: (boolean);
  /**
   * Longest text in tokens; longer texts are cut.
   */
  'max_text_tokens'?: (number);
  /**
   * Left out: not stated.
   */
  'limits'?: (_apollo_clip_v1_ServerLimits | null);
  /**
   * Whether the model can encode now.
   */
  'state'?: (_apollo_clip_v1_ModelState);
}

/**
 * What a model is and what it takes: all that a client must know to make pixels and to check vectors.
 */
export interface ModelInfo__Output {
  /**
   * For people, for example "clip-vit-base-patch32".
   */
  'name': (string);
  /**
   * Opaque and immutable: changes whenever the same input could give another vector (weights, precision,
   * preprocessing, tokenizer), not with the device that runs it. Stored beside each vector and compared for equality
   * only.
   */
  'version': (string);
  /**
   * Length of each vector, for example 512.
   */
  'embedding_dim': (number);
  /**
   * Every vector has unit length.
   */
  'normalized': (boolean);
  /**
   * Side in pixels of the square that the image tower takes, for example 224.
   */
  'input_size': (number);
  /**
   * How to make an RgbImage from a picture. Unset: send encoded bytes only.
   */
  'preprocessing': (_apollo_clip_v1_Preprocessing__Output | null);
  /**
   * Media types that the server decodes itself, for example "image/jpeg". Empty: RgbImage only.
   */
  'accepted_media_types': (string)[];
  /**
   * EncodeTexts is served for this model.
   */
  'supports_text': (boolean);
  /**
   * Longest text in tokens; longer texts are cut.
   */
  'max_text_tokens': (number);
  /**
   * Left out: not stated.
   */
  'limits': (_apollo_clip_v1_ServerLimits__Output | null);
  /**
   * Whether the model can encode now.
   */
  'state': (_apollo_clip_v1_ModelState__Output);
}
