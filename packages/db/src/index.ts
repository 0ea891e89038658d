export type { FailedAttempt } from './backoff.js';
export { LONGEST_BACKOFF_MS, MAX_PHOTO_ATTEMPTS, nextAttempt } from './backoff.js';
export { ALONE_AFTER_CRASHES, LONGEST_LEASE_MS } from './claim-plan.js';
export { openDatabase } from './database.js';
export type { DatabaseErrorCode } from './errors.js';
export { DatabaseError } from './errors.js';
export { cameraName } from './image-rows.js';
export type * from './types.js';
