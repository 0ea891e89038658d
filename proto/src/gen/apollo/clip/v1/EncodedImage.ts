// Original file: apollo/clip/v1/clip.proto


/**
 * A picture file as it lies on disk.
 */
export interface EncodedImage {
  'data'?: (Buffer | Uint8Array | string);
  /**
   * A hint such as "image/jpeg"; the server sniffs.
   */
  'media_type'?: (string);
}

/**
 * A picture file as it lies on disk.
 */
export interface EncodedImage__Output {
  'data': (Buffer);
  /**
   * A hint such as "image/jpeg"; the server sniffs.
   */
  'media_type': (string);
}
