export { LONGEST_BACKOFF_MS } from './backoff.js';
export type * from './clip-backlog.js';
export { createBacklogDrain } from './drain/backlog-drain.js';
export { activateNow, advanceModelChange, type ModelChange, STARTER_MODEL } from './drain/model-change.js';
export { type ResolvedDrainOptions, resolveDrainOptions } from './drain-options.js';
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
export { isImageFile, isRawFile, mediaTypeOf, needsPreview } from './exclude/file-types.js';
export { type FilteredPage, filterExcluded, type SkipReason } from './exclude/filter-excluded.js';
export { compileExcluder, type PathExcluder } from './exclude/path-excluder.js';
export { createDrainMemory, type DrainMemory } from './memory/drain-memory.js';
export { runClipEncodingPass } from './pass/encoding-pass.js';
export type { PassEnd } from './pass/pass-end.js';
export type { PassRun } from './pass/pass-run.js';
export {
  DecodeHostError,
  type DecodeHostErrorCode,
  type DecodeHostOptions,
  openDecodeHost,
  pictureFailure,
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
