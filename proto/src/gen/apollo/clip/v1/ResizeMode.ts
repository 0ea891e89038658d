// Original file: apollo/clip/v1/clip.proto

/**
 * How a picture of any shape becomes the square of ModelInfo.input_size.
 */
export const ResizeMode = {
  /**
   * Also any unknown value: do not make pixels; send encoded bytes, or do not use this model.
   */
  RESIZE_MODE_UNSPECIFIED: 'RESIZE_MODE_UNSPECIFIED',
  /**
   * Shorter side to resize_size, then a centred square of input_size.
   */
  RESIZE_MODE_SHORTEST_SIDE_CENTER_CROP: 'RESIZE_MODE_SHORTEST_SIDE_CENTER_CROP',
  /**
   * Both sides to input_size; the aspect ratio is lost.
   */
  RESIZE_MODE_STRETCH: 'RESIZE_MODE_STRETCH',
} as const;

/**
 * How a picture of any shape becomes the square of ModelInfo.input_size.
 */
export type ResizeMode =
  /**
   * Also any unknown value: do not make pixels; send encoded bytes, or do not use this model.
   */
  | 'RESIZE_MODE_UNSPECIFIED'
  | 0
  /**
   * Shorter side to resize_size, then a centred square of input_size.
   */
  | 'RESIZE_MODE_SHORTEST_SIDE_CENTER_CROP'
  | 1
  /**
   * Both sides to input_size; the aspect ratio is lost.
   */
  | 'RESIZE_MODE_STRETCH'
  | 2

/**
 * How a picture of any shape becomes the square of ModelInfo.input_size.
 */
export type ResizeMode__Output = typeof ResizeMode[keyof typeof ResizeMode]
