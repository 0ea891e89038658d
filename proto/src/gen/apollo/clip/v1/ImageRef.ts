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
   * Optional: clients leave this and rel_path out where names are private.
   */
  'library_id'?: (string);
  /**
   * Path below the library's folder, with '/'. For logs only.
   */
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
   * Optional: clients leave this and rel_path out where names are private.
   */
  'library_id': (string);
  /**
   * Path below the library's folder, with '/'. For logs only.
   */
  'rel_path': (string);
}
