/** One open database and the model that its vectors are in. */
import type { ImageExifDao } from './image-exif-dao-types.js';
import type { LibraryDao } from './library-types.js';

export interface ClipModelState {
  /** The one that is searched. */
  readonly activeModelVersion: string | null;
  /** The one that photos are encoded with. */
  readonly wantedModelVersion: string | null;
  /** One that gave way and whose vectors are not all forgotten yet; null when there is none. */
  readonly retiringModelVersion: string | null;
  readonly dimension: number | null;
  readonly modelName: string | null;
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
   * Puts a model in the place of the one of version `from`, for searching and for encoding. From then on nothing is stored
   * for that one; it is retiring until its vectors are forgotten and `retire` was called.
   * @throws DatabaseError MODEL_MISMATCH when neither of them is in force
   */
  replace(from: string, model: PinnedModel): Promise<ClipModelState>;
  /** The vectors of the model before `version` are all forgotten. */
  retire(version: string): Promise<void>;
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
  /** Told after each committed batch of embeddings, so that the search index stays current. @returns unsubscribe */
  onEmbedded(listener: (ids: readonly number[]) => void): () => void;
  /** Copies the database to `path` while it is in use. */
  backup(path: string): Promise<void>;
  close(): Promise<void>;
}
