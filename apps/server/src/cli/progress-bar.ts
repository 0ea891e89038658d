import type { CommandIo } from './command.js';

export interface Progress {
  readonly label: string;
  readonly done: number;
  /** Undefined while it is not known. */
  readonly total?: number;
  /** Files whose content was looked at, while the total is not known. */
  readonly read?: number;
  readonly failed: number;
  readonly perSecond: number;
  readonly etaSeconds: { readonly low: number; readonly high: number } | null;
}

export interface ProgressBar {
  show(progress: Progress): void;
  /** Ends the line. */
  end(): void;
}

const WIDTH = 24;
const QUIET_EVERY_MS = 10_000;

/** One line for each label: drawn over in a terminal; elsewhere told every ten seconds, when it changed. */
export function createProgressBar(io: CommandIo, now: () => number = Date.now): ProgressBar {
  let shownAt = Number.NEGATIVE_INFINITY;
  let last = '';
  let told = '';
  let label = '';
  const tell = (line: string): void => {
    if (line === told) return;
    io.err(`${line}\n`);
    told = line;
    shownAt = now();
  };
  const end = (): void => {
    if (last === '') return;
    if (io.isTerminal) io.err('\n');
    else tell(last); // How it ended matters most.
    last = '';
    shownAt = Number.NEGATIVE_INFINITY;
  };
  return {
    show(progress) {
      if (progress.label !== label) end();
      label = progress.label;
      const line = formatProgress(progress);
      if (io.isTerminal) io.err(`\r${line.padEnd(last.length)}`);
      else if (now() - shownAt >= QUIET_EVERY_MS) tell(line);
      last = line;
    },
    end,
  };
}

export function formatProgress({ label, done, total, read, failed, perSecond, etaSeconds }: Progress): string {
  const parts = [label.padEnd(8)];
  if (total === undefined) parts.push(`${done} found`);
  else if (total === 0) parts.push('nothing to do');
  else {
    const filled = Math.round((WIDTH * Math.min(done, total)) / total);
    parts.push(`[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${done}/${total}`);
  }
  if (read !== undefined) parts.push(`${read} read`);
  if (perSecond > 0) parts.push(`${perSecond.toFixed(1)}/s`);
  if (etaSeconds !== null) parts.push(`${formatSeconds(etaSeconds.low)} to ${formatSeconds(etaSeconds.high)} left`);
  if (failed > 0) parts.push(`${failed} failed`);
  return parts.join('  ');
}

export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  return `${Math.floor(seconds / 3_600)} h ${Math.round((seconds % 3_600) / 60)} min`;
}
