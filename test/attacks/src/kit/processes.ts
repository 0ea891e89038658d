/** What runs, read from /proc: the attacks look at the product from outside. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { waitUntil } from './wait.js';

/** Children, their children and so on. */
export function descendantsOf(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const id of processIds()) {
    const parent = parentOf(id);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), id]);
  }
  const below = (id: number): readonly number[] =>
    (children.get(id) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

/** Whether it runs; one that ended and that nobody has waited for yet does not. */
export function isAlive(pid: number): boolean {
  return !/^[ZX]$/.test(stateOf(pid) ?? 'X');
}

/** Arguments, joined by spaces; empty for one that is gone. */
export function commandLine(pid: number): string {
  return readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

/** @throws Error naming those that are still there after half a minute */
export async function expectGone(pids: readonly number[], after: string, patienceMs = 30_000): Promise<void> {
  const left = (): readonly number[] => pids.filter(isAlive);
  const told = (): string =>
    left()
      .map((pid) => `${pid} ${commandLine(pid)}`)
      .join('; ');
  await waitUntil(
    () => left().length === 0,
    () => `orphans after ${after}: ${told()}`,
    patienceMs,
  );
}

/** Resident memory in bytes; undefined for one that is gone. */
export function residentBytes(pid: number): number | undefined {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readText(`/proc/${pid}/status`))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

export function openDescriptors(pid: number): number {
  return existsSync(`/proc/${pid}/fd`) ? readdirSync(`/proc/${pid}/fd`).length : 0;
}

/** Sends a signal; false when it was gone already. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function processIds(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Behind the last bracket: a process may have any name. */
const statFields = (pid: number): readonly string[] =>
  readText(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];

function parentOf(pid: number): number | undefined {
  const field = statFields(pid)[1];
  return field === undefined ? undefined : Number(field);
}

const stateOf = (pid: number): string | undefined => statFields(pid)[0] || undefined;

/** Empty when it ended meanwhile, or is another user's. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
