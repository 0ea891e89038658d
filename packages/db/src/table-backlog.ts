import type { ClipStateDao } from './database-types.js';
import type { DrainDao } from './images/image-drain-types.js';
import type { ImageExifDao } from './images/image-exif-dao-types.js';
import type { ReadingDao } from './images/image-reading-types.js';
import type { ScanDao } from './images/image-scan-types.js';
import type { LibraryDao } from './library-types.js';

/**
 * What a drain asks of the table, in one flat port: it fits the drain's own `ClipBacklog` by shape. Each member is
 * documented where its type is.
 */
export type TableBacklog = DrainDao &
  Pick<ReadingDao, 'counters'> &
  Pick<ScanDao, 'setSkipped'> & {
    readonly listLibraries: LibraryDao['list'];
    readonly findLibrary: LibraryDao['find'];
    readonly setLibraryState: LibraryDao['setDrainState'];
    readonly readModelState: ClipStateDao['read'];
    readonly pinModel: ClipStateDao['pin'];
    readonly switchModel: ClipStateDao['switchTo'];
    readonly replaceModel: ClipStateDao['replace'];
    readonly activateWantedModel: ClipStateDao['changeOver'];
    readonly retireModel: ClipStateDao['retire'];
    readonly settleLedger: ClipStateDao['settleLedger'];
  };

/** The DAOs seen as one backlog. */
export function createTableBacklog({
  images,
  libraries,
  clipState,
}: {
  readonly images: ImageExifDao;
  readonly libraries: LibraryDao;
  readonly clipState: ClipStateDao;
}): TableBacklog {
  return {
    ...images,
    listLibraries: libraries.list,
    findLibrary: libraries.find,
    setLibraryState: libraries.setDrainState,
    readModelState: clipState.read,
    pinModel: clipState.pin,
    switchModel: clipState.switchTo,
    replaceModel: clipState.replace,
    activateWantedModel: clipState.changeOver,
    retireModel: clipState.retire,
    settleLedger: clipState.settleLedger,
  };
}
