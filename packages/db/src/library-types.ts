/** A folder of photos, and what is kept of it. Times are epoch milliseconds. */

/** `offline`: its folder is not there, or is another one. `paused`: its disk fails, and the drain leaves it alone. */
export type LibraryState = 'online' | 'offline' | 'paused';

/**
 * What only a person can tell. `other_root`: another folder lies at the root's path; is it the library now?
 * `most_gone`: most photos are not found; is their disk away, or were they deleted?
 */
export type LibraryQuestion = 'other_root' | 'most_gone';

/** What was said to `most_gone`. `deleted` holds until the next scan has marked them missing. */
export type GoneAnswer = 'away' | 'deleted';

/** One folder of photos. What is null is not known, or does not apply. */
export interface Library {
  readonly id: number;
  readonly name: string;
  /** Absolute. No two libraries have the same one. */
  readonly rootPath: string;
  /** Patterns, as the user wrote them. */
  readonly excludedDirs: readonly string[];
  readonly state: LibraryState;
  /** One sentence for people, when `state` is not `online` or a question is open. */
  readonly stateReason: string | null;
  readonly createdAt: number;
  /** The end of the last scan; null before the first one. */
  readonly lastScanAt: number | null;
  /** Hash of the exclude rules that the rows were last evaluated with. */
  readonly excludeRulesHash: string | null;
  /** The folder that was added, as `identityOf` of `@clip-watch/library-root` names it; null until it was met. */
  readonly rootIdentity: string | null;
  /** Open until a person answers, or a scan finds that it is settled. */
  readonly question: LibraryQuestion | null;
  /** To `most_gone`, for the next scan. */
  readonly answer: GoneAnswer | null;
  /** Photos that were not found when `most_gone` was asked. */
  readonly gonePhotos: number | null;
}

/** What of a library may change. What is left out stays as it is. */
export type LibraryPatch = Partial<
  Pick<
    Library,
    | 'name'
    | 'rootPath'
    | 'rootIdentity'
    | 'excludedDirs'
    | 'state'
    | 'stateReason'
    | 'question'
    | 'answer'
    | 'gonePhotos'
    | 'lastScanAt'
    | 'excludeRulesHash'
  >
>;

/** The folders. */
export interface LibraryDao {
  /** In the order they were added. */
  list(): Promise<readonly Library[]>;
  find(id: number): Promise<Library | null>;
  findByRoot(rootPath: string): Promise<Library | null>;
  /**
   * @returns the new library, `online` and not scanned yet
   * @throws DatabaseError DUPLICATE when the folder is a library already
   */
  add(library: {
    readonly name: string;
    readonly rootPath: string;
    readonly excludedDirs: readonly string[];
    readonly rootIdentity: string | null;
  }): Promise<Library>;
  /** @throws DatabaseError NOT_FOUND; DUPLICATE when `rootPath` is another library's */
  update(id: number, patch: LibraryPatch): Promise<Library>;
  /** Pauses a library whose disk fails, or ends that. One that is offline stays so: only a scan brings it back. */
  setDrainState(id: number, state: Exclude<LibraryState, 'offline'>, reason: string | null): Promise<void>;
  /** Removes the library, its rows and the vectors that were kept of it, in batches. Files are not touched. */
  remove(id: number): Promise<void>;
}
