// Original file: apollo/clip/v1/clip.proto


/**
 * Replaces the window from now on. Items already sent stay valid even if the new window is smaller.
 */
export interface FlowUpdate {
  /**
   * Absent: unchanged (a heartbeat). 0: send nothing new until the next FlowUpdate.
   */
  'max_in_flight'?: (number);
  /**
   * The server is shutting down: send nothing new, collect the results still due, half-close, and open a stream
   * elsewhere, or here again after retry_delay_ms.
   */
  'draining'?: (boolean);
  /**
   * With draining: stay away at least this long. 0: the client's own backoff.
   */
  'retry_delay_ms'?: (number);
  '_max_in_flight'?: "max_in_flight";
}

/**
 * Replaces the window from now on. Items already sent stay valid even if the new window is smaller.
 */
export interface FlowUpdate__Output {
  /**
   * Absent: unchanged (a heartbeat). 0: send nothing new until the next FlowUpdate.
   */
  'max_in_flight'?: (number);
  /**
   * The server is shutting down: send nothing new, collect the results still due, half-close, and open a stream
   * elsewhere, or here again after retry_delay_ms.
   */
  'draining': (boolean);
  /**
   * With draining: stay away at least this long. 0: the client's own backoff.
   */
  'retry_delay_ms': (number);
  '_max_in_flight'?: "max_in_flight";
}
