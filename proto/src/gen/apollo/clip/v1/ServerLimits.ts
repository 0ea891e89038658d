// Original file: apollo/clip/v1/clip.proto


/**
 * Limits that a well-behaved client keeps. Going over one costs the item; over max_message_bytes, the stream.
 */
export interface ServerLimits {
  /**
   * Largest gRPC message that the server receives.
   */
  'max_message_bytes'?: (number);
  /**
   * Largest encoded picture; over it: ERROR_REASON_TOO_LARGE.
   */
  'max_image_bytes'?: (number);
  /**
   * Largest decoded picture, in pixels; over it: ERROR_REASON_TOO_LARGE.
   */
  'max_image_pixels'?: (number);
  /**
   * Most texts in one EncodeTexts call.
   */
  'max_texts'?: (number);
  /**
   * Unanswered items that the server would hold for one stream: advice; StreamAccepted.max_in_flight is what counts.
   */
  'max_in_flight'?: (number);
}

/**
 * Limits that a well-behaved client keeps. Going over one costs the item; over max_message_bytes, the stream.
 */
export interface ServerLimits__Output {
  /**
   * Largest gRPC message that the server receives.
   */
  'max_message_bytes': (number);
  /**
   * Largest encoded picture; over it: ERROR_REASON_TOO_LARGE.
   */
  'max_image_bytes': (number);
  /**
   * Largest decoded picture, in pixels; over it: ERROR_REASON_TOO_LARGE.
   */
  'max_image_pixels': (number);
  /**
   * Most texts in one EncodeTexts call.
   */
  'max_texts': (number);
  /**
   * Unanswered items that the server would hold for one stream: advice; StreamAccepted.max_in_flight is what counts.
   */
  'max_in_flight': (number);
}
