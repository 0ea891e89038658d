/** Temporary folders that say in their name whose they are, and the removal of those whose owner is dead. */

import { lstatSync, mkdtempSync, statSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { readProcStat } from './proc-stat.js';
import { systemCode } from './system-code.js';

/** `clip-watch-PURPOSE-PID-START-NAMESPACE-XXXXXX` */
const NAME = /^clip-watch-[a-z]+-(\d+)-([0-9a-z]+)-([0-9a-z]+)-[0-9A-Za-z]{6}$/;
/** Where the system does not tell. */
const UNKNOWN = '0';

/**
 * Makes a private folder (mode 700) of this process. Who makes it removes it; what a killed process left is for
 * `sweepLeftovers`.
 * @param parent usually the system's temporary folder
 * @param purpose a word in lower case
 * @returns its path
 * @throws Error of the system, when it cannot be made
 * @example
 * const folder = makeOwnedFolder(tmpdir(), 'spool'); // /tmp/clip-watch-spool-4711-…
 */
export function makeOwnedFolder(parent: string, purpose: string): string {
  return mkdtempSync(join(parent, `clip-watch-${purpose}-${process.pid}-${startOf('self')}-${pidNamespace()}-`));
}

/**
 * Removes the folders of `makeOwnedFolder` whose owner has ended without removing them. Another user's are left alone,
 * and no link is followed. It never fails: what cannot be removed stays.
 * @returns the names of what it took for leftovers
 * @example
 * for (const name of await sweepLeftovers(tmpdir())) log.info({ name }, 'a killed run had left this');
 */
export async function sweepLeftovers(parent: string): Promise<readonly string[]> {
  const names = await readdir(parent).catch(() => []); // Whoever makes a folder there tells of it.
  const left = names.filter((name) => isLeftover(parent, name));
  await Promise.all(left.map((name) => rm(join(parent, name), { recursive: true, force: true }).catch(() => {})));
  return left;
}

function isLeftover(parent: string, name: string): boolean {
  const [, pid, start, namespace] = NAME.exec(name) ?? [];
  if (pid === undefined || start === undefined) return false;
  try {
    const facts = lstatSync(join(parent, name));
    if (!facts.isDirectory() || facts.uid !== process.getuid?.()) return false;
    if (namespace === pidNamespace()) return !isRunning(pid, start);
    // Ids of another container say nothing here; but no process outlives a start of the machine.
    return facts.ctimeMs < Date.now() - uptime() * 1000;
  } catch {
    return false; // Somebody else removed it.
  }
}

/** A process that has the id by now, but began at another time, is another one. */
function isRunning(pid: string, start: string): boolean {
  if (start !== UNKNOWN) return startOf(pid) === start;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

function startOf(pid: string): string {
  const ticks = readProcStat(`/proc/${pid}/stat`)?.startTicks;
  return ticks === undefined ? UNKNOWN : Number(ticks).toString(36);
}

function pidNamespace(): string {
  try {
    return statSync('/proc/self/ns/pid').ino.toString(36);
  } catch {
    return UNKNOWN;
  }
}
