/** One look at what a process and everything below it has done so far, from `/proc`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readProcStat } from './proc-stat.js';

/** What one thread has done so far. */
export interface ThreadActivity {
  /** Used so far. */
  readonly cpuMs: number;
  /** Spent so far on waiting for a CPU. */
  readonly waitedMs: number;
  /** As in `/proc/PID/stat`: `R`, `S`, `D`, `T` … */
  readonly state: string;
}

/** What a process and its descendants have done so far, at one moment. */
export interface Activity {
  /** On the clock of `performance.now()`. */
  readonly atMs: number;
  /** Read so far, from whatever it was. */
  readonly readBytes: number;
  /** By process and thread id. */
  readonly threads: ReadonlyMap<string, ThreadActivity>;
}

/** Whether this machine tells what processes do. Where it does not (macOS, Windows), only the clock on the wall is left. */
export const TELLS_ACTIVITY: boolean = existsSync('/proc/self/schedstat');

/**
 * Looks at a process and all that it started. Costs a millisecond or two.
 * @returns undefined when there is no such process, or the machine does not tell
 * @example
 * const cpuMs = [...(readActivity(child.pid)?.threads.values() ?? [])].reduce((sum, thread) => sum + thread.cpuMs, 0);
 */
export function readActivity(pid: number): Activity | undefined {
  if (!TELLS_ACTIVITY) return undefined;
  const pids = withDescendants(pid);
  const threads = new Map(pids.flatMap(threadsOf));
  if (threads.size === 0) return undefined;
  return { atMs: performance.now(), readBytes: pids.reduce((sum, each) => sum + readBytesOf(each), 0), threads };
}

const LOOKING_THREAD = `${process.pid}/${process.pid}`;

function withDescendants(pid: number): number[] {
  return [pid, ...numbersIn(read(`/proc/${pid}/task/${pid}/children`)).flatMap(withDescendants)];
}

function threadsOf(pid: number): [string, ThreadActivity][] {
  return tasksOf(pid).flatMap((tid) => {
    const path = `/proc/${pid}/task/${tid}`;
    const [cpuNs, waitedNs] = numbersIn(read(`${path}/schedstat`));
    const stat = readProcStat(`${path}/stat`);
    if (cpuNs === undefined || waitedNs === undefined || stat === undefined) return []; // It ended meanwhile.
    // Whoever looks is running just now, which says nothing about the time before.
    const state = `${pid}/${tid}` === LOOKING_THREAD ? 'S' : stat.state;
    return [[`${pid}/${tid}`, { cpuMs: cpuNs / 1e6, waitedMs: waitedNs / 1e6, state }]];
  });
}

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** What was asked for and what the disk gave for it: a page that is faulted in counts only there. */
function readBytesOf(pid: number): number {
  const io = read(`/proc/${pid}/io`);
  return ['rchar', 'read_bytes'].reduce(
    (sum, name) => sum + Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(io)?.[1] ?? 0),
    0,
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function numbersIn(text: string): number[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(Number);
}
