// Original file: apollo/clip/v1/clip.proto

export const ModelState = {
  /**
   * Treat as MODEL_STATE_READY.
   */
  MODEL_STATE_UNSPECIFIED: 'MODEL_STATE_UNSPECIFIED',
  MODEL_STATE_LOADING: 'MODEL_STATE_LOADING',
  MODEL_STATE_READY: 'MODEL_STATE_READY',
  MODEL_STATE_FAILED: 'MODEL_STATE_FAILED',
} as const;

export type ModelState =
  /**
   * Treat as MODEL_STATE_READY.
   */
  | 'MODEL_STATE_UNSPECIFIED'
  | 0
  | 'MODEL_STATE_LOADING'
  | 1
  | 'MODEL_STATE_READY'
  | 2
  | 'MODEL_STATE_FAILED'
  | 3

export type ModelState__Output = typeof ModelState[keyof typeof ModelState]
