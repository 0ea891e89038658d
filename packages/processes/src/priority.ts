/** Lets everything else on the machine go first. */
import { readdirSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { readProcStat } from './proc-stat.js';
import { systemCode } from './system-code.js';

const GROUP_TRIES = 10;
const GROUP_PAUSE_MS = 150;

/**
 * Sets the priority of all threads of this process, and so of those that they start. Linux keeps one a thread: set for
 * the process alone it would miss the threads that Node had started before, and native libraries work in those.
 * What the system refuses is left as it was.
 * @param nice 0 is usual, 19 the lowest
 * @example
 * lowerThreads(10); // before native libraries start threads of their own
 */
export function lowerThreads(nice: number): void {
  for (const thread of [0, ...threadIds()]) lowerThread(thread, nice);
}

/**
 * The same for the session, if this process leads one: kernels that group by session (autogroup, as most distributions
 * have it) weigh threads only within one, and whole sessions against each other as equals. Does nothing elsewhere.
 * @param nice 0 is usual, 19 the lowest
 * @example
 * lowerSession(10); // in a child that was started with `ownGroup`
 */
export function lowerSession(nice: number): void {
  if (leadsSession()) lowerGroup(nice, GROUP_TRIES);
}

function threadIds(): number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return []; // no Linux: one priority for the whole process
  }
}

function lowerThread(thread: number, nice: number): void {
  try {
    setPriority(thread, nice);
  } catch {
    // It has ended meanwhile, or a sandbox refuses: the work goes on at the usual priority.
  }
}

/** Another's session is not ours to lower: the server itself may be in it. */
function leadsSession(): boolean {
  return readProcStat('/proc/self/stat')?.session === process.pid;
}

function lowerGroup(nice: number, tries: number): void {
  try {
    writeFileSync('/proc/self/autogroup', String(nice));
  } catch (error) {
    // The kernel takes one such change every tenth of a second, from all programs together. Or it has no such groups.
    if (systemCode(error) === 'EAGAIN' && tries > 1)
      setTimeout(() => lowerGroup(nice, tries - 1), GROUP_PAUSE_MS).unref();
  }
}
