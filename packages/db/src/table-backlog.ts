import type { ClipStateDao } from './database-types.js';
import type { ImageExifDao } from './image-exif-dao-types.js';
import type { LibraryDao } from './library-types.js';

/**
 * What a drain asks of the table, in one flat port: the drain's own `ClipBacklog`, which this fits by shape. Each member
 * is the DAO's of the type that it names.
 */
export type TableBacklog = Pick<
  ImageExifDao,
  | 'counters'
  | 'nextDueAt'
  | 'claimClipCandidates'
  | 'extendClaim'
  | 'releaseClaims'
  | 'rescueExpiredClaims'
  | 'claimOwners'
  | 'releaseOwner'
  | 'backfillClipEmbeddings'
  | 'recordClipFailures'
  | 'setSkipped'
  | 'requeue'
  | 'requeueForDecoder'
  | 'forgetEmbeddings'
  | 'foldWaiting'
  | 'resetLedger'
> & {
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
