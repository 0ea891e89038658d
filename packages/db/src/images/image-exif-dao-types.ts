import type { DrainDao } from './image-drain-types.js';
import type { ReadingDao } from './image-reading-types.js';
import type { ScanDao } from './image-scan-types.js';

/** Everything about photos. Scans may hand in lists of any length: they are worked off in batches, a transaction each. */
export interface ImageExifDao extends ScanDao, DrainDao, ReadingDao {}
