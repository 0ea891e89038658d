export { LONGEST_BACKOFF_MS } from './backoff.js';
export type * from './clip-backlog.js';
export { createBacklogDrain } from './drain/backlog-drain.js';
export { activateNow, advanceModelChange, type ModelChange, STARTER_MODEL } from './drain/model-change.js';
export type {
  BacklogDrain,
  DrainCounts,
  DrainDeps,
  DrainOnceEnd,
  DrainOnceOptions,
  DrainOnceResult,
  DrainOptions,
  DrainState,
  DrainStatus,
  LibraryDrainStatus,
} from './drain-types.js';
export { resolveEncodeConcurrency } from './encode-concurrency.js';
export { isImageFile } from './exclude/file-types.js';
export { compileExcluder, type PathExcluder } from './exclude/path-excluder.js';
export {
  DecodeHostError,
  type DecodeHostErrorCode,
  type DecodeHostOptions,
  openDecodeHost,
} from './picture/index.js';
export type * from './picture-types.js';
export {
  type ClipWatcherConfig,
  type ClipWatcherInstance,
  clipWatcherPlugin,
  drainOf,
  processClipBacklog,
} from './plugin.js';
export { REASONS, type Reason, type ReasonRule, reasonRule } from './reasons.js';
export { services } from './services.js';
