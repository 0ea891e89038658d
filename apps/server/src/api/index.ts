/**
 * The JSON of the HTTP API, which `--json` of the commands shares: one schema a shape, from which its type, its checks
 * and its OpenAPI entry are made. Times are epoch milliseconds, sizes are bytes. This folder imports nothing but zod, since
 * the pages take their types from it.
 */
export {
  type ApiClipSettings,
  type ApiClipStatus,
  type ApiEncoder,
  type ApiModelChange,
  type ApiSettingsChange,
  CLIP_SETTINGS,
  type ClipRunState,
  LARGEST_CONCURRENCY,
  MODEL_SWITCH,
  SETTINGS_CHANGE,
  STATUS,
} from './clip.js';
export {
  type ApiFailure,
  type ApiFailures,
  type ApiRetryAnswer,
  type ApiRetryRequest,
  FAILURE_QUERY,
  FAILURES,
  RETRY_ANSWER,
  RETRY_REQUEST,
} from './failures.js';
export {
  type ApiClipExplanation,
  type ApiFilters,
  type ApiImage,
  type ApiPage,
  type ApiThumbnailSize,
  EXPLANATION,
  FILTERS,
  IMAGE,
  IMAGE_QUERY,
  IMAGES,
  THUMBNAIL_QUERY,
} from './images.js';
export {
  type ApiCounts,
  type ApiGoneAnswer,
  type ApiLibraries,
  type ApiLibrary,
  type ApiLibraryChange,
  type ApiLibraryDraft,
  GONE_ANSWER,
  LIBRARIES,
  LIBRARY,
  LIBRARY_CHANGE,
  LIBRARY_DRAFT,
  SCAN_STARTED,
} from './libraries.js';
export { ID_PARAMS } from './parameters.js';
export { QUIET_HOURS, type QuietHours } from './quiet-hours.js';
export {
  type ApiSearchAnswer,
  type ApiSearchHit,
  type ApiSearchRequest,
  SEARCH_ANSWER,
  SEARCH_REQUEST,
  UPLOAD_QUERY,
} from './search.js';
export { type ApiEvents, type ApiLogin, type ApiProblem, HEALTH, LOGIN, PLUGINS, PROBLEM } from './server.js';
export type { DeepReadonly, Output } from './shape.js';
