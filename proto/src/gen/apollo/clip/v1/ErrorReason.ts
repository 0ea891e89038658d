// Original file: apollo/clip/v1/clip.proto

/**
 * What was met. Whether to send the item again is for ItemError.retry to say.
 */
export const ErrorReason = {
  /**
   * Also any unknown value.
   */
  ERROR_REASON_UNSPECIFIED: 'ERROR_REASON_UNSPECIFIED',
  /**
   * ---- RETRY_NEVER
   * Not a picture, truncated or corrupt.
   */
  ERROR_REASON_UNDECODABLE: 'ERROR_REASON_UNDECODABLE',
  /**
   * A picture of a kind that this server has no decoder for, or above its limits: another server may take it.
   */
  ERROR_REASON_UNSUPPORTED_MEDIA: 'ERROR_REASON_UNSUPPORTED_MEDIA',
  /**
   * Over ServerLimits.max_image_bytes or max_image_pixels.
   */
  ERROR_REASON_TOO_LARGE: 'ERROR_REASON_TOO_LARGE',
  /**
   * ---- RETRY_LATER
   * A fault of the client, no verdict on the photo: payload missing, RgbImage data not width * height * 3 bytes, or
   * not input_size square.
   */
  ERROR_REASON_INVALID_ITEM: 'ERROR_REASON_INVALID_ITEM',
  /**
   * Queue full; retry_delay_ms says when to come back.
   */
  ERROR_REASON_OVERLOADED: 'ERROR_REASON_OVERLOADED',
  /**
   * The model is not ready yet.
   */
  ERROR_REASON_MODEL_LOADING: 'ERROR_REASON_MODEL_LOADING',
  /**
   * timeout_ms ran out at the server.
   */
  ERROR_REASON_DEADLINE: 'ERROR_REASON_DEADLINE',
  /**
   * The client sent a CancelItem.
   */
  ERROR_REASON_CANCELLED: 'ERROR_REASON_CANCELLED',
  /**
   * The server's own fault.
   */
  ERROR_REASON_INTERNAL: 'ERROR_REASON_INTERNAL',
} as const;

/**
 * What was met. Whether to send the item again is for ItemError.retry to say.
 */
export type ErrorReason =
  /**
   * Also any unknown value.
   */
  | 'ERROR_REASON_UNSPECIFIED'
  | 0
  /**
   * ---- RETRY_NEVER
   * Not a picture, truncated or corrupt.
   */
  | 'ERROR_REASON_UNDECODABLE'
  | 1
  /**
   * A picture of a kind that this server has no decoder for, or above its limits: another server may take it.
   */
  | 'ERROR_REASON_UNSUPPORTED_MEDIA'
  | 2
  /**
   * Over ServerLimits.max_image_bytes or max_image_pixels.
   */
  | 'ERROR_REASON_TOO_LARGE'
  | 3
  /**
   * ---- RETRY_LATER
   * A fault of the client, no verdict on the photo: payload missing, RgbImage data not width * height * 3 bytes, or
   * not input_size square.
   */
  | 'ERROR_REASON_INVALID_ITEM'
  | 4
  /**
   * Queue full; retry_delay_ms says when to come back.
   */
  | 'ERROR_REASON_OVERLOADED'
  | 16
  /**
   * The model is not ready yet.
   */
  | 'ERROR_REASON_MODEL_LOADING'
  | 17
  /**
   * timeout_ms ran out at the server.
   */
  | 'ERROR_REASON_DEADLINE'
  | 18
  /**
   * The client sent a CancelItem.
   */
  | 'ERROR_REASON_CANCELLED'
  | 19
  /**
   * The server's own fault.
   */
  | 'ERROR_REASON_INTERNAL'
  | 20

/**
 * What was met. Whether to send the item again is for ItemError.retry to say.
 */
export type ErrorReason__Output = typeof ErrorReason[keyof typeof ErrorReason]
