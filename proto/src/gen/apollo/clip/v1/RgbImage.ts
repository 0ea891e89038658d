// Original file: apollo/clip/v1/clip.proto


/**
 * 8-bit RGB, row by row from the top, no padding, no alpha: exactly width * height * 3 bytes.
 */
export interface RgbImage {
  /**
   * In pixels; ModelInfo.input_size.
   */
  'width'?: (number);
  /**
   * In pixels; ModelInfo.input_size.
   */
  'height'?: (number);
  /**
   * R, G, B of each pixel, one byte each.
   */
  'data'?: (Buffer | Uint8Array | string);
}

/**
 * 8-bit RGB, row by row from the top, no padding, no alpha: exactly width * height * 3 bytes.
 */
export interface RgbImage__Output {
  /**
   * In pixels; ModelInfo.input_size.
   */
  'width': (number);
  /**
   * In pixels; ModelInfo.input_size.
   */
  'height': (number);
  /**
   * R, G, B of each pixel, one byte each.
   */
  'data': (Buffer);
}
