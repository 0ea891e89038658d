import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** Tells runs apart: process ids are reused, and in a container the id is the same after every restart. */
const RUN: string = randomUUID();
let count = 0;

/** A new name for the holder of claims: host, process, run and a number, so that drains of one process differ too. */
export function createClaimOwner(): string {
  count += 1;
  return [encodeURIComponent(hostname()), process.pid, RUN, count].join('/');
}

export interface ThisProcess {
  readonly host: string;
  readonly pid: number;
  readonly run: string;
  isAlive(pid: number): boolean;
}

/**
 * Whether the program that made this name is certainly gone. Nothing is known about names from other hosts or programs:
 * their claims end when their leases do.
 */
export function isOwnerGone(owner: string, here: ThisProcess = thisProcess()): boolean {
  const [host, pidText, run, number, ...rest] = owner.split('/');
  const pid = Number(pidText);
  if (number === undefined || rest.length > 0 || !Number.isSafeInteger(pid) || pid < 1) return false;
  if (host !== encodeURIComponent(here.host)) return false;
  return pid === here.pid ? run !== here.run : !here.isAlive(pid);
}

function thisProcess(): ThisProcess {
  return { host: hostname(), pid: process.pid, run: RUN, isAlive };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM means that it is running, as another user.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
