/** Whether a process hangs: judged by what it could do, not by the clock on the wall. */
import type { Activity } from './activity.js';

/** What became of the time between two looks. */
export interface LivenessStep {
  /** In which the process could have run: the time that passed, less what it waited for a CPU. */
  readonly ranMs: number;
  /** CPU time, of all threads. */
  readonly cpuMs: number;
  /** Its share of CPU time, as if it had the machine for itself. Never more than `ranMs`. */
  readonly busyMs: number;
  readonly isReading: boolean;
  readonly isStopped: boolean;
  readonly isAtDisk: boolean;
}

/** What a task of a process may cost before the process counts as hung. */
export interface LivenessLimits {
  /** How long it may take: milliseconds in which the process could run. */
  readonly limitMs: number;
  /** Reading stops the clock, but for the CPU time that it costs. For a process with a single task. Default false. */
  readonly readingIsProgress?: boolean;
}

/** `stopped`: by a signal. `disk`: it waits for one. `busy`: it computes without end. `silent`: it does nothing. */
export type HangCause = 'stopped' | 'disk' | 'busy' | 'silent';

/** Less is the wake-up calls between threads. */
const READING_BYTES = 4096;

/**
 * What became of the time between two looks. The time that counts is the time in which the process could run: one that
 * waits for a CPU has none of it; one that a signal stopped, that waits for a disk, or that sleeps with work in hand has
 * all of it; one that computes without end has at least the CPU time that it got.
 * @param cores that the process could use at once
 * @param longestMs a longer gap between two looks counts as this: whoever looks may have been held up himself
 */
export function livenessStep(
  before: Activity,
  after: Activity,
  cores: number,
  longestMs: number = Infinity,
): LivenessStep {
  const passedMs = Math.min(longestMs, after.atMs - before.atMs);
  let [cpuMs, waitedMs, atWork] = [0, 0, 0];
  for (const [key, now] of after.threads) {
    const then = before.threads.get(key) ?? { cpuMs: 0, waitedMs: 0 };
    const [used, waited] = [now.cpuMs - then.cpuMs, now.waitedMs - then.waitedMs];
    cpuMs += used;
    // The kernel adds a wait only at its end: one that runs or waits just now has spent its time with that.
    waitedMs = Math.max(waitedMs, waited, now.state === 'R' ? passedMs - used : 0);
    if (used > 0) atWork += 1;
  }
  // Threads of one process that wait for each other are no busy machine: CPU time that it had counts in any case.
  const busyMs = Math.min(passedMs, cpuMs / Math.max(1, Math.min(cores, atWork)));
  const states = [...after.threads.values()].map(({ state }) => state);
  return {
    ranMs: Math.max(busyMs, passedMs - waitedMs),
    cpuMs,
    busyMs,
    isReading: after.readBytes - before.readBytes >= READING_BYTES,
    isStopped: states.some((state) => state === 'T' || state === 't'),
    isAtDisk: states.includes('D'),
  };
}

/** Of the time of a step, what counts towards a limit. */
export function spentIn(step: LivenessStep, { readingIsProgress = false }: LivenessLimits): number {
  return readingIsProgress && step.isReading ? step.busyMs : step.ranMs;
}

/** Why a process that spent its time hangs. */
export function hangCause(last: LivenessStep, cpuMs: number, spentMs: number): HangCause {
  if (last.isStopped) return 'stopped';
  if (cpuMs >= spentMs / 2) return 'busy';
  return last.isAtDisk ? 'disk' : 'silent';
}

const SAID: Readonly<Record<HangCause, string>> = {
  stopped: 'it is stopped by a signal',
  disk: 'it waits for a disk',
  busy: 'it computes without end',
  silent: 'it does nothing',
};

/**
 * A hang in words, as a clause for a log line.
 * @example
 * describeHang('stopped'); // 'it is stopped by a signal'
 */
export function describeHang(cause: HangCause): string {
  return SAID[cause];
}
