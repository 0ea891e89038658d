// Original file: apollo/clip/v1/clip.proto


/**
 * The client no longer wants this item. The server still answers it once: with the embedding if it was too late,
 * else with ERROR_REASON_CANCELLED. Only that answer frees the place in the window.
 */
export interface CancelItem {
  /**
   * ImageItem.request_id.
   */
  'request_id'?: (number);
}

/**
 * The client no longer wants this item. The server still answers it once: with the embedding if it was too late,
 * else with ERROR_REASON_CANCELLED. Only that answer frees the place in the window.
 */
export interface CancelItem__Output {
  /**
   * ImageItem.request_id.
   */
  'request_id': (number);
}
