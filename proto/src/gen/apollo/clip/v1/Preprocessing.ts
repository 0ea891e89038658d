// Original file: apollo/clip/v1/clip.proto

import type { ResizeMode as _apollo_clip_v1_ResizeMode, ResizeMode__Output as _apollo_clip_v1_ResizeMode__Output } from '../../../apollo/clip/v1/ResizeMode.js';
import type { ResampleFilter as _apollo_clip_v1_ResampleFilter, ResampleFilter__Output as _apollo_clip_v1_ResampleFilter__Output } from '../../../apollo/clip/v1/ResampleFilter.js';

/**
 * What the server would do before the image tower, so that a client can do it and send pixels.
 */
export interface Preprocessing {
  /**
   * How a picture of any shape becomes the square.
   */
  'resize_mode'?: (_apollo_clip_v1_ResizeMode);
  /**
   * How pixels are averaged when the size changes.
   */
  'resample_filter'?: (_apollo_clip_v1_ResampleFilter);
  /**
   * Per channel R, G, B on a 0..1 scale. The SERVER applies these: pixels travel as plain 8-bit RGB.
   */
  'mean'?: (number | string)[];
  /**
   * As for mean.
   */
  'std'?: (number | string)[];
  /**
   * Target of the shorter side before the crop; 0: input_size. Sizes are rounded down, filters antialias as PIL does.
   */
  'resize_size'?: (number);
}

/**
 * What the server would do before the image tower, so that a client can do it and send pixels.
 */
export interface Preprocessing__Output {
  /**
   * How a picture of any shape becomes the square.
   */
  'resize_mode': (_apollo_clip_v1_ResizeMode__Output);
  /**
   * How pixels are averaged when the size changes.
   */
  'resample_filter': (_apollo_clip_v1_ResampleFilter__Output);
  /**
   * Per channel R, G, B on a 0..1 scale. The SERVER applies these: pixels travel as plain 8-bit RGB.
   */
  'mean': (number)[];
  /**
   * As for mean.
   */
  'std': (number)[];
  /**
   * Target of the shorter side before the crop; 0: input_size. Sizes are rounded down, filters antialias as PIL does.
   */
  'resize_size': (number);
}
