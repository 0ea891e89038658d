/** One open database and the model that its vectors are in. */
import type { DatabaseError } from './errors.js';
import type { ImageExifDao } from './image-exif-dao-types.js';
import type { LibraryDao } from './library-types.js';
import type { TableBacklog } from './table-backlog.js';

/** The states of a change of models are in `docs/database.md`. */
export interface ClipModelState {
  /** The one that is searched. */
  readonly activeModelVersion: string | null;
  readonly activeModelName: string | null;
  readonly activeDimension: number | null;
  /** The one that photos are encoded with; `modelName` and `dimension` are its. */
  readonly wantedModelVersion: string | null;
  readonly modelName: string | null;
  readonly dimension: number | null;
  /** The one that was searched before, while its rows are carried over or dropped; null when that is done. */
  readonly retiringModelVersion: string | null;
  readonly retiringModelName: string | null;
  /** The one that the verdicts of the ledger are of. Nothing is claimed while it is not the wanted one. */
  readonly ledgerModelVersion: string | null;
  /** What the host last kept with `keepSetting`. */
  readonly modelSetting: string | null;
}

export interface PinnedModel {
  readonly version: string;
  readonly name: string;
  readonly dimension: number;
}

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
  /** Nothing of this version is left to carry over or to forget. */
  retire(version: string): Promise<void>;
  /** Nothing in the ledger is of another model than this one, if it is wanted. */
  settleLedger(version: string): Promise<void>;
  /** Opaque: the host compares it at its next start. */
  keepSetting(setting: string): Promise<void>;
}

export interface DatabaseOptions {
  /** `file:/absolute/path.db`. `postgresql://` is refused with one sentence until it is built. */
  readonly url: string;
  readonly log?: DatabaseLogger;
  /** Clock, epoch ms. Default `Date.now`. */
  readonly now?: () => number;
  /** Random numbers in [0, 1) for jitter. Default `Math.random`. */
  readonly random?: () => number;
}

export interface DatabaseLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** One open database. `openDatabase(options)` applies what migrations are due and checks the file first. */
export interface Database extends AsyncDisposable {
  readonly libraries: LibraryDao;
  readonly images: ImageExifDao;
  readonly clipState: ClipStateDao;
  /** The same DAOs as a drain wants them. */
  readonly backlog: TableBacklog;
  /** Told after each committed batch of embeddings, so that the search index stays current. @returns unsubscribe */
  onEmbedded(listener: (ids: readonly number[]) => void): () => void;
  /** FILE_GONE from the moment that the file was found deleted or replaced while it is open; null while nothing is wrong. */
  readonly fault: DatabaseError | null;
  /** Copies the database to `path` while it is in use. */
  backup(path: string): Promise<void>;
  close(): Promise<void>;
}
