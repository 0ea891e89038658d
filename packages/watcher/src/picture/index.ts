export { openDecodeHost } from './host/decode-host.js';
export { DecodeHostError, type DecodeHostErrorCode } from './host/decode-host-error.js';
export type { DecodeHostOptions } from './host/decode-host-options.js';
