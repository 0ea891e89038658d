export { assertNever } from './assert-never.js';
export { deadlineSignal, withDeadline } from './deadline.js';
export { fullJitterMs } from './full-jitter.js';
export type { Logger } from './logger.js';
export { type Resolvers, withResolvers } from './with-resolvers.js';
