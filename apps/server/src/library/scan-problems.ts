import type { BaseLogger } from 'pino';
import type { IngestProblem } from './ingest-photos.js';

const TOLD_AT_ONCE = 10;

/** Tells of files and folders that a scan could not read: once, and again when they are others. */
export function createProblemTeller(
  log: Pick<BaseLogger, 'warn'> | undefined,
  libraryId: number,
): (problems: readonly IngestProblem[]) => void {
  let toldLast = '';
  return (problems) => {
    const told = JSON.stringify(problems);
    if (problems.length > 0 && told !== toldLast)
      log?.warn(
        { libraryId, problems: problems.slice(0, TOLD_AT_ONCE) },
        'some files and folders cannot be read; they are left out until they can',
      );
    toldLast = told;
  };
}

// A disk that hung, a decoder that ended or could not be started: the same file may pass a moment later.
const PASSING: ReadonlySet<string> = new Set(['read_timeout', 'timeout', 'ingest_failed']);

export function isPassing({ reason }: IngestProblem): boolean {
  return PASSING.has(reason);
}

/**
 * Whether to scan again soon for files that failed for a reason that passes. A file that fails again and again is left
 * to the interval: only one that the scan before did not meet is worth a scan of its own.
 */
export function createLateWatch(): (problems: readonly IngestProblem[]) => boolean {
  let before: ReadonlySet<string> = new Set();
  return (problems) => {
    const late = problems.filter(isPassing).map(({ relPath }) => relPath);
    const isNew = late.some((relPath) => !before.has(relPath));
    before = new Set(late);
    return isNew;
  };
}
