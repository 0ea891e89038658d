export { openDecodeHost } from './decode-host.js';
export { DecodeHostError, type DecodeHostErrorCode } from './decode-host-error.js';
export type { DecodeHostOptions } from './decode-host-options.js';
export { pictureFailure } from './photo-reasons.js';
