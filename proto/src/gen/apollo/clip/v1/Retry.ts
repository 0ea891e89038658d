// Original file: apollo/clip/v1/clip.proto

/**
 * What a client must do with an item that failed.
 */
export const Retry = {
  /**
   * Treat as RETRY_LATER, with a cap on attempts.
   */
  RETRY_UNSPECIFIED: 'RETRY_UNSPECIFIED',
  /**
   * Permanent for these bytes and this model version: record it, do not send again.
   */
  RETRY_NEVER: 'RETRY_NEVER',
  /**
   * Transient: the same item may work later, here or on another server.
   */
  RETRY_LATER: 'RETRY_LATER',
} as const;

/**
 * What a client must do with an item that failed.
 */
export type Retry =
  /**
   * Treat as RETRY_LATER, with a cap on attempts.
   */
  | 'RETRY_UNSPECIFIED'
  | 0
  /**
   * Permanent for these bytes and this model version: record it, do not send again.
   */
  | 'RETRY_NEVER'
  | 1
  /**
   * Transient: the same item may work later, here or on another server.
   */
  | 'RETRY_LATER'
  | 2

/**
 * What a client must do with an item that failed.
 */
export type Retry__Output = typeof Retry[keyof typeof Retry]
