import type { DaoContext } from '../dao-context.js';
import { createChangeDao } from '../model-change.js';
import { createClaimDao } from './image-claims.js';
import { createCounterDao } from './image-counters.js';
import { createEmbeddingDao } from './image-embeddings.js';
import type { ImageExifDao } from './image-exif-dao-types.js';
import { createFilterDao } from './image-filters.js';
import { createKnownFileDao } from './image-known-files.js';
import { createLeaseDao } from './image-leases.js';
import { createListDao } from './image-lists.js';
import { createOutcomeDao } from './image-outcomes.js';
import { createPresenceDao } from './image-presence.js';
import { createRequeueDao } from './image-requeue.js';
import { createScanDao } from './image-scan.js';

/** The one DAO of `image_exif`, put together from its callers' needs: scan, drain, reading. */
export function createImageExifDao(context: DaoContext): ImageExifDao {
  return {
    ...createKnownFileDao(context),
    ...createScanDao(context),
    ...createPresenceDao(context),
    ...createClaimDao(context),
    ...createLeaseDao(context),
    ...createOutcomeDao(context),
    ...createRequeueDao(context),
    ...createChangeDao(context),
    ...createCounterDao(context),
    ...createListDao(context),
    ...createEmbeddingDao(context),
    ...createFilterDao(context),
  };
}
