// Original file: apollo/clip/v1/clip.proto

/**
 * Whether a model can encode.
 */
export const ModelState = {
  /**
   * Treat as MODEL_STATE_READY.
   */
  MODEL_STATE_UNSPECIFIED: 'MODEL_STATE_UNSPECIFIED',
  /**
   * Not yet: ask again later.
   */
  MODEL_STATE_LOADING: 'MODEL_STATE_LOADING',
  MODEL_STATE_READY: 'MODEL_STATE_READY',
  /**
   * Never: a person has to look at the server.
   */
  MODEL_STATE_FAILED: 'MODEL_STATE_FAILED',
} as const;

/**
 * Whether a model can encode.
 */
export type ModelState =
  /**
   * Treat as MODEL_STATE_READY.
   */
  | 'MODEL_STATE_UNSPECIFIED'
  | 0
  /**
   * Not yet: ask again later.
   */
  | 'MODEL_STATE_LOADING'
  | 1
  | 'MODEL_STATE_READY'
  | 2
  /**
   * Never: a person has to look at the server.
   */
  | 'MODEL_STATE_FAILED'
  | 3

/**
 * Whether a model can encode.
 */
export type ModelState__Output = typeof ModelState[keyof typeof ModelState]
