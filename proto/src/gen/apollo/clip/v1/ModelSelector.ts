// Original file: apollo/clip/v1/clip.proto


/**
 * Which model a call is about. Left out, or with both fields empty: the server's default one.
 */
export interface ModelSelector {
  /**
   * Empty: the server's default model.
   */
  'name'?: (string);
  /**
   * Empty: whatever version is served. Otherwise exactly ModelInfo.version, or the call fails with
   * FAILED_PRECONDITION, so that vectors of two versions never meet in one index by accident.
   */
  'version'?: (string);
}

/**
 * Which model a call is about. Left out, or with both fields empty: the server's default one.
 */
export interface ModelSelector__Output {
  /**
   * Empty: the server's default model.
   */
  'name': (string);
  /**
   * Empty: whatever version is served. Otherwise exactly ModelInfo.version, or the call fails with
   * FAILED_PRECONDITION, so that vectors of two versions never meet in one index by accident.
   */
  'version': (string);
}
