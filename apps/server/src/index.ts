/** The server as parts: settings, host, routes, and the shapes of its answers. `cli/main.ts` is the program of them. */
export {
  type ApiClipExplanation,
  type ApiClipSettings,
  type ApiClipStatus,
  type ApiFailures,
  type ApiImage,
  type ApiLibraries,
  type ApiLibrary,
  type ApiPage,
  type ApiProblem,
  type ApiSearchAnswer,
  EXPLANATION,
  FAILURES,
  FILTERS,
  IMAGE,
  IMAGES,
  LIBRARIES,
  LIBRARY,
  SEARCH_ANSWER,
  STATUS,
} from './api/index.js';
export { type Config, type ConfigInput, readConfig } from './config/config.js';
export { HostError, type HostErrorCode } from './errors.js';
export { type Host, openHost } from './host/host.js';
export type { AccessRules } from './http/access.js';
export { type AppOptions, createApp } from './http/app.js';
export { openThumbnailCache, type ThumbnailCache } from './photos/thumbnail-cache.js';
export { openSearchIndex, type SearchIndex, type SearchIndexDeps } from './search/search-index.js';
export type { RankedRows, SearchFilter } from './search/segment-store.js';
