/** A folder of photos, and what is kept of it. Times are epoch milliseconds. */

export type LibraryState = 'online' | 'offline' | 'paused';

export interface Library {
  readonly id: number;
  readonly name: string;
  readonly rootPath: string;
  readonly excludedDirs: readonly string[];
  readonly state: LibraryState;
  /** One sentence for people, when `state` is not `online`. */
  readonly stateReason: string | null;
  readonly createdAt: number;
  readonly lastScanAt: number | null;
  /** Hash of the exclude rules that the rows were last evaluated with. */
  readonly excludeRulesHash: string | null;
}

export interface LibraryDao {
  list(): Promise<readonly Library[]>;
  find(id: number): Promise<Library | null>;
  findByRoot(rootPath: string): Promise<Library | null>;
  /** @throws DatabaseError DUPLICATE when the folder is a library already */
  add(library: {
    readonly name: string;
    readonly rootPath: string;
    readonly excludedDirs: readonly string[];
  }): Promise<Library>;
  update(
    id: number,
    patch: Partial<
      Pick<Library, 'name' | 'excludedDirs' | 'state' | 'stateReason' | 'lastScanAt' | 'excludeRulesHash'>
    >,
  ): Promise<Library>;
  /** Removes the library and its rows, in batches. Files are not touched. */
  remove(id: number): Promise<void>;
}
