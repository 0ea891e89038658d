/** The table of photos and all that is known of them. `openDatabase` is the one way in; `DatabaseError` is what it throws. */
export { cameraName } from './camera-name.js';
export type { ClipClaim, StoredEmbedding } from './claim-types.js';
export { openDatabase } from './database.js';
export type { ClipModelState, Database } from './database-types.js';
export type { DatabaseErrorCode } from './errors.js';
export { DatabaseError } from './errors.js';
export { LONGEST_WAIT_MS } from './images/claim-plan.js';
export type { RequeueSelection } from './images/image-drain-types.js';
export type { ImageExifDao } from './images/image-exif-dao-types.js';
export type { ClipCounters, ImageRow, IndexedEmbedding, KnownFile, PhotoFacts } from './images/image-types.js';
export type { GoneAnswer, Library, LibraryDao, LibraryQuestion } from './library-types.js';
export type { TableBacklog } from './table-backlog.js';
