import { readFileSync } from 'node:fs';

/** What one line of `/proc/PID/stat` or `/proc/PID/task/TID/stat` tells. */
export interface ProcStat {
  /** `R` runs or waits for a CPU, `S` sleeps, `D` waits for a disk, `T` is stopped, `Z` has ended. */
  readonly state: string;
  readonly session: number;
  /** Ticks from the machine's start to the process's: with its id it names a process for good. */
  readonly startTicks: string;
}

/** @returns undefined when there is no such process, or no `/proc` */
export function readProcStat(path: string): ProcStat | undefined {
  try {
    const line = readFileSync(path, 'utf8');
    // The name in brackets may hold anything.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', session: Number(fields[3]), startTicks: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
