/** Timers that run on a child process's own time. */
import { availableParallelism } from 'node:os';
import { type Activity, readActivity, TELLS_ACTIVITY } from './activity.js';
import {
  type HangCause,
  hangCause,
  type LivenessLimits,
  type LivenessStep,
  livenessStep,
  spentIn,
} from './liveness.js';

/** One running time limit. */
export interface RunTimer {
  /** Begins anew: there was progress. Does nothing after `stop`, and after it has called back. */
  refresh(): void;
  /** The task is done: it never calls back. */
  stop(): void;
}

/** Measures limits in the time in which a process could run, so that a busy machine makes it slow and never hung. */
export interface RunClock {
  /**
   * Calls back once when the process has had this much time.
   * @param limits in milliseconds, or with what else counts as progress
   * @param onHang told what it was doing in the end
   */
  after(limits: number | LivenessLimits, onHang: (cause: HangCause) => void): RunTimer;
}

interface Running {
  readonly limits: LivenessLimits;
  readonly onHang: (cause: HangCause) => void;
  spentMs: number;
  cpuMs: number;
  /** Of the time that the next look tells of, what lies before its beginning. */
  headStartMs: number;
  isOver: boolean;
}

/** Most tasks are done before their process is looked at even once: a look costs a millisecond or two. */
const UNWATCHED_SHARE = 1 / 3;
const LONGEST_TICK_MS = 500;
const SHORTEST_TICK_MS = 10;
const TICKS_A_LIMIT = 6;
/** Where nothing is known but the wall clock, limits are so many times as long. */
const UNKNOWING_FACTOR = 3;
const NOTHING_KNOWN = { cpuMs: 0, busyMs: 0, isReading: false, isStopped: false, isAtDisk: false };

/**
 * Makes a clock of a process. `Child.clock` is one; this is for a process that something else started.
 * @param pid of the process; what it starts counts with it. Undefined: there is none, and only the wall clock counts
 * @param look takes the figures. Without them (another system than Linux) three times the time on the wall must pass
 * @example
 * const timer = createRunClock(pid).after(5_000, (why) => log.warn(`no answer: ${describeHang(why)}`));
 */
export function createRunClock(
  pid: number | undefined,
  look: ((pid: number) => Activity | undefined) | undefined = TELLS_ACTIVITY ? readActivity : undefined,
): RunClock {
  const watched = new Set<Running>();
  const cores = availableParallelism();
  let interval: NodeJS.Timeout | undefined;
  let tickMs = LONGEST_TICK_MS;
  let last: Activity | undefined;
  let lastAtMs = 0;

  const takeLook = (): void => {
    last = pid === undefined ? undefined : look?.(pid);
    lastAtMs = performance.now();
  };
  const nextStep = (): LivenessStep => {
    const [before, passedMs] = [last, performance.now() - lastAtMs];
    takeLook();
    // Late ticks are our own fault: a laptop slept, or this process had no CPU.
    if (before !== undefined && last !== undefined) return livenessStep(before, last, cores, 2 * tickMs);
    const ranMs = Math.min(passedMs, 2 * tickMs) / (look === undefined ? UNKNOWING_FACTOR : 1);
    return { ...NOTHING_KNOWN, ranMs };
  };
  const tick = (): void => {
    if (watched.size === 0) {
      clearInterval(interval);
      interval = undefined;
      return;
    }
    const step = nextStep();
    for (const timer of [...watched]) {
      timer.spentMs += Math.max(0, spentIn(step, timer.limits) - timer.headStartMs);
      timer.cpuMs += step.cpuMs;
      timer.headStartMs = 0;
      if (timer.spentMs < timer.limits.limitMs || !watched.delete(timer)) continue;
      timer.isOver = true;
      timer.onHang(hangCause(step, timer.cpuMs, timer.spentMs - UNWATCHED_SHARE * timer.limits.limitMs));
    }
  };
  const watch = (timer: Running, unwatchedMs: number): void => {
    const wantedMs = Math.min(LONGEST_TICK_MS, Math.max(SHORTEST_TICK_MS, timer.limits.limitMs / TICKS_A_LIMIT));
    if (interval === undefined) takeLook();
    if (interval === undefined || wantedMs < tickMs) {
      clearInterval(interval);
      tickMs = wantedMs;
      interval = setInterval(tick, tickMs).unref();
    }
    Object.assign(timer, { spentMs: unwatchedMs, cpuMs: 0, headStartMs: performance.now() - lastAtMs });
    watched.add(timer);
  };

  return {
    after(limits, onHang) {
      const all = typeof limits === 'number' ? { limitMs: limits } : limits;
      const timer: Running = { limits: all, onHang, spentMs: 0, cpuMs: 0, headStartMs: 0, isOver: false };
      const unwatchedMs = all.limitMs * UNWATCHED_SHARE;
      const unwatched = setTimeout(() => watch(timer, unwatchedMs), unwatchedMs).unref();
      return {
        refresh() {
          if (timer.isOver) return;
          watched.delete(timer);
          unwatched.refresh();
        },
        stop() {
          timer.isOver = true;
          watched.delete(timer);
          clearTimeout(unwatched);
        },
      };
    },
  };
}
