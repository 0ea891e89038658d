// Original file: apollo/clip/v1/clip.proto


/**
 * One vector, and what made it.
 */
export interface Embedding {
  /**
   * dim IEEE-754 binary32 numbers, little-endian, nothing else: exactly 4 * dim bytes, all finite.
   */
  'values_f32le'?: (Buffer | Uint8Array | string);
  /**
   * ModelInfo.embedding_dim. This and model_version are repeated in every result on purpose: a client can refuse a
   * vector without any other state.
   */
  'dim'?: (number);
  /**
   * ModelInfo.version.
   */
  'model_version'?: (string);
}

/**
 * One vector, and what made it.
 */
export interface Embedding__Output {
  /**
   * dim IEEE-754 binary32 numbers, little-endian, nothing else: exactly 4 * dim bytes, all finite.
   */
  'values_f32le': (Buffer);
  /**
   * ModelInfo.embedding_dim. This and model_version are repeated in every result on purpose: a client can refuse a
   * vector without any other state.
   */
  'dim': (number);
  /**
   * ModelInfo.version.
   */
  'model_version': (string);
}
