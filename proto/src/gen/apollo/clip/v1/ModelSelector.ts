// Original file: apollo/clip/v1/clip.proto


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
