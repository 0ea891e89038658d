import type { CommandIo } from './command.js';

export interface Progress {
  readonly label: string;
  readonly done: number;
  /** Undefined while it is not known. */
  readonly total?: number;
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

/** One line that is drawn over in a terminal, and a line every ten seconds elsewhere. */
export function createProgressBar(io: CommandIo, now: () => number = Date.now): ProgressBar {
  let shownAt = Number.NEGATIVE_INFINITY;
  let last = '';
  return {
    show(progress) {
      const line = formatProgress(progress);
      if (io.isTerminal) {
        io.err(`\r${line.padEnd(last.length)}`);
        last = line;
      } else if (now() - shownAt >= QUIET_EVERY_MS) {
        shownAt = now();
        io.err(`${line}\n`);
      }
    },
    end() {
      if (io.isTerminal && last !== '') io.err('\n');
      last = '';
    },
  };
}

export function formatProgress({ label, done, total, failed, perSecond, etaSeconds }: Progress): string {
  const parts = [label.padEnd(8)];
  if (total === undefined || total === 0) parts.push(`${done}`);
  else {
    const filled = Math.round((WIDTH * Math.min(done, total)) / total);
    parts.push(`[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${done}/${total}`);
  }
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
