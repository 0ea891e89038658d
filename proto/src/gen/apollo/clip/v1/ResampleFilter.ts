// Original file: apollo/clip/v1/clip.proto

export const ResampleFilter = {
  /**
   * Also any unknown value: do not make pixels; send encoded bytes, or do not use this model.
   */
  RESAMPLE_FILTER_UNSPECIFIED: 'RESAMPLE_FILTER_UNSPECIFIED',
  RESAMPLE_FILTER_BICUBIC: 'RESAMPLE_FILTER_BICUBIC',
  RESAMPLE_FILTER_BILINEAR: 'RESAMPLE_FILTER_BILINEAR',
  RESAMPLE_FILTER_LANCZOS: 'RESAMPLE_FILTER_LANCZOS',
} as const;

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

export type ResampleFilter__Output = typeof ResampleFilter[keyof typeof ResampleFilter]
