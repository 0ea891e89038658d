export { type Activity, readActivity, type ThreadActivity } from './activity.js';
export { type Child, type ChildEnd, type ChildOptions, startChild } from './child.js';
export { type ChildEnvironmentOptions, childEnvironment } from './child-environment.js';
export { describeHang, type HangCause, type LivenessLimits } from './liveness.js';
export { makeOwnedFolder, sweepLeftovers } from './owned-folder.js';
export { lowerSession, lowerThreads } from './priority.js';
export { type PauseLimits, restartPauseMs } from './restart-pause.js';
export { createRunClock, type RunClock, type RunTimer } from './run-clock.js';
export { freeSocketPath, LONGEST_SOCKET_PATH, socketPathOf } from './unix-socket.js';
