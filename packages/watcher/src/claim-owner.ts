import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** One process, one run: a process number alone comes back after a restart, in a container always. */
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
 * Whether the program that made this name is certainly over. Names of other hosts and of other makers are not known:
 * their claims end with their leases.
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
    // EPERM: it runs, as somebody else.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
