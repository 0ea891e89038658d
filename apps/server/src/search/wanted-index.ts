import { openSearchIndex, type SearchIndex, type SearchIndexDeps } from './search-index.js';

/** The vectors of the model that photos change to, from the first search that needs them to the end of the change. */
export interface WantedIndex {
  open(): Promise<SearchIndex>;
  /** Nobody needs it any more: there is one model again. */
  release(): Promise<void>;
}

export function createWantedIndex(deps: Omit<SearchIndexDeps, 'of'>): WantedIndex {
  let index: SearchIndex | undefined;
  return {
    async open() {
      index ??= openSearchIndex({ ...deps, of: 'wanted' });
      await index.follow();
      return index;
    },
    async release() {
      const released = index;
      index = undefined;
      await released?.close();
    },
  };
}
