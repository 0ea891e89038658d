import type { Logger } from '@clip-watch/basics';
/** One open database and the model that its vectors are in. */
import type { DatabaseError } from './errors.js';
import type { ImageExifDao } from './images/image-exif-dao-types.js';
import type { LibraryDao } from './library-types.js';
import type { TableBacklog } from './table-backlog.js';

/**
 * Which models the photos are in; null is none yet. The states of a change of models are in `docs/database.md`.
 */
export interface ClipModelState {
  /** The one that is searched. */
  readonly activeModelVersion: string | null;
  /** Of the model that is searched, for people. */
  readonly activeModelName: string | null;
  /** How many numbers an embedding of the active model has. */
  readonly activeDimension: number | null;
  /** The one that photos are encoded with. */
  readonly wantedModelVersion: string | null;
  /** Of the wanted model. */
  readonly modelName: string | null;
  /** How many numbers an embedding of the wanted model has. */
  readonly dimension: number | null;
  /** The one that was searched before, while its rows are carried over or dropped; null when that is done. */
  readonly retiringModelVersion: string | null;
  /** Of the model that is being left, for people. */
  readonly retiringModelName: string | null;
  /** The one that the verdicts of the ledger are of. Nothing is claimed while it is not the wanted one. */
  readonly ledgerModelVersion: string | null;
  /** What the host last kept with `keepSetting`. */
  readonly modelSetting: string | null;
}

/** A model as an encoder serves it. */
export interface PinnedModel {
  /** Vectors of two versions are never compared. */
  readonly version: string;
  /** For people. */
  readonly name: string;
  /** How many numbers an embedding has. */
  readonly dimension: number;
}

/** The models that the photos are in, and how they change. */
export interface ClipStateDao {
  read(): Promise<ClipModelState>;
  /**
   * Pins the wanted (and, when there is none yet, the active) model. Called at the first connect.
   * @throws DatabaseError MODEL_MISMATCH when another version is pinned
   */
  pin(model: PinnedModel): Promise<ClipModelState>;
  /**
   * Puts a model in the place of the one of version `from`, for encoding and for searching at once; that one is retiring
   * until its vectors are forgotten and `retire` was called.
   * @throws DatabaseError MODEL_MISMATCH when neither of them is in force
   */
  replace(from: string, model: PinnedModel): Promise<ClipModelState>;
  /**
   * Photos are encoded with a model instead of the one of version `from`; the search stays where it is. Every claim ends.
   * @throws DatabaseError MODEL_MISMATCH when neither of them is wanted
   */
  switchTo(from: string, model: PinnedModel): Promise<ClipModelState>;
  /** The model that is searched is wanted again. @returns false when it was wanted already */
  rollBack(): Promise<boolean>;
  /**
   * The search goes over to the wanted model when every row that it finds has an outcome in it, or by `force`.
   * @returns whether it did; not while the model before is retiring, or the ledger is not settled
   */
  changeOver(options?: { readonly force?: boolean }): Promise<boolean>;
  /** Call it when nothing of this version is left to carry over or to forget. */
  retire(version: string): Promise<void>;
  /** Call it when every verdict in the ledger is of this model. Does nothing unless that one is wanted. */
  settleLedger(version: string): Promise<void>;
  /** Keeps the host's settings that named the wanted model. Opaque: the host compares it at its next start. */
  keepSetting(setting: string): Promise<void>;
}

/** How a database is opened. */
export interface DatabaseOptions {
  /** `file:/absolute/path.db`. `postgresql://` is refused with one sentence until it is built. */
  readonly url: string;
  /** Told of updates, copies, and trouble with the file. Without one nothing is logged. */
  readonly log?: Logger;
  /** Clock, epoch ms. Default `Date.now`. */
  readonly now?: () => number;
  /** Random numbers in [0, 1) for jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * One open database. Any call may throw a `DatabaseError`: CLOSED after `close()`, BUSY when another program held the lock
 * for 10 seconds, and FILE_GONE, DISK_FULL, READ_ONLY, IO or CORRUPT when the disk is in trouble.
 */
export interface Database extends AsyncDisposable {
  /** Libraries and their state. */
  readonly libraries: LibraryDao;
  /** Photos, and the CLIP part of each. */
  readonly images: ImageExifDao;
  /** Which models are searched and wanted. */
  readonly clipState: ClipStateDao;
  /** The same DAOs as a drain wants them. */
  readonly backlog: TableBacklog;
  /**
   * Tells after each commit which rows became searchable, or are searchable and changed, so that the search index stays
   * current. A listener that throws is logged and stops nobody.
   * @returns unsubscribe
   */
  onEmbedded(listener: (ids: readonly number[]) => void): () => void;
  /** FILE_GONE from the moment that the file was found deleted or replaced while it is open; null while nothing is wrong. */
  readonly fault: DatabaseError | null;
  /**
   * Copies the database to `path` while it is in use; the copy is there whole or not at all.
   * @throws DatabaseError BAD_URL when there is a file already
   */
  backup(path: string): Promise<void>;
  /**
   * Takes no new calls and waits for those under way, but no longer than 1.8 seconds: a disk may never answer.
   * Calling it again returns the same promise.
   */
  close(): Promise<void>;
}
