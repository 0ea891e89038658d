export { openDecodeHost } from './decode-host.js';
export { DecodeHostError, type DecodeHostErrorCode } from './decode-host-error.js';
export type { DecodeHostOptions } from './decode-host-options.js';
export { adviceFor, PHOTO_REASONS, type PhotoReason, pictureFailure } from './photo-reasons.js';
