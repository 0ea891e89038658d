// Original file: apollo/clip/v1/clip.proto


/**
 * 8-bit RGB, row by row from the top, no padding, no alpha: exactly width * height * 3 bytes.
 */
export interface RgbImage {
  'width'?: (number);
  'height'?: (number);
  'data'?: (Buffer | Uint8Array | string);
}

/**
 * 8-bit RGB, row by row from the top, no padding, no alpha: exactly width * height * 3 bytes.
 */
export interface RgbImage__Output {
  'width': (number);
  'height': (number);
  'data': (Buffer);
}
