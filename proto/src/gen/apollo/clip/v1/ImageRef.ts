// Original file: apollo/clip/v1/clip.proto


/**
 * Names the picture for logs, caches and cross-checks. The server never opens rel_path.
 */
export interface ImageRef {
  /**
   * Opaque to the server; echoed in the result.
   */
  'content_hash'?: (string);
  /**
   * Optional: clients leave both out where names are private.
   */
  'library_id'?: (string);
  'rel_path'?: (string);
}

/**
 * Names the picture for logs, caches and cross-checks. The server never opens rel_path.
 */
export interface ImageRef__Output {
  /**
   * Opaque to the server; echoed in the result.
   */
  'content_hash': (string);
  /**
   * Optional: clients leave both out where names are private.
   */
  'library_id': (string);
  'rel_path': (string);
}
