// Original file: apollo/clip/v1/clip.proto


/**
 * A picture file as it lies on disk.
 */
export interface EncodedImage {
  /**
   * The whole file, at most ServerLimits.max_image_bytes.
   */
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
  /**
   * The whole file, at most ServerLimits.max_image_bytes.
   */
  'data': (Buffer);
  /**
   * A hint such as "image/jpeg"; the server sniffs.
   */
  'media_type': (string);
}
