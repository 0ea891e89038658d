// Original file: apollo/clip/v1/clip.proto

/**
 * How pixels are averaged when a picture is resized, each as PIL does it.
 */
export const ResampleFilter = {
  /**
   * Also any unknown value: do not make pixels; send encoded bytes, or do not use this model.
   */
  RESAMPLE_FILTER_UNSPECIFIED: 'RESAMPLE_FILTER_UNSPECIFIED',
  RESAMPLE_FILTER_BICUBIC: 'RESAMPLE_FILTER_BICUBIC',
  RESAMPLE_FILTER_BILINEAR: 'RESAMPLE_FILTER_BILINEAR',
  RESAMPLE_FILTER_LANCZOS: 'RESAMPLE_FILTER_LANCZOS',
} as const;

/**
 * How pixels are averaged when a picture is resized, each as PIL does it.
 */
export type ResampleFilter =
  /**
   * Also any unknown value: do not make pixels; send encoded bytes, or do not use this model.
   */
  | 'RESAMPLE_FILTER_UNSPECIFIED'
  | 0
  | 'RESAMPLE_FILTER_BICUBIC'
  | 1
  | 'RESAMPLE_FILTER_BILINEAR'
  | 2
  | 'RESAMPLE_FILTER_LANCZOS'
  | 3

/**
 * How pixels are averaged when a picture is resized, each as PIL does it.
 */
export type ResampleFilter__Output = typeof ResampleFilter[keyof typeof ResampleFilter]
