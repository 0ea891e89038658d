// Original file: apollo/clip/v1/clip.proto


export interface Embedding {
  /**
   * dim IEEE-754 binary32 numbers, little-endian, nothing else: exactly 4 * dim bytes, all finite.
   */
  'values_f32le'?: (Buffer | Uint8Array | string);
  /**
   * Both repeated in every result on purpose: a client can refuse a vector without any other state.
   */
  'dim'?: (number);
  'model_version'?: (string);
}

export interface Embedding__Output {
  /**
   * dim IEEE-754 binary32 numbers, little-endian, nothing else: exactly 4 * dim bytes, all finite.
   */
  'values_f32le': (Buffer);
  /**
   * Both repeated in every result on purpose: a client can refuse a vector without any other state.
   */
  'dim': (number);
  'model_version': (string);
}
