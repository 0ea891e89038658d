import type { BaseLogger } from 'pino';
import type { IngestProblem } from './ingest-photos.js';

const TOLD_AT_ONCE = 10;

/** Logs the files and folders that a scan could not read, unless they are the same as last time. */
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

// The disk hung, or the decoder ended or could not be started: a moment later, the same file may be fine.
const PASSING: ReadonlySet<string> = new Set(['read_timeout', 'timeout', 'ingest_failed']);

export function isPassing({ reason }: IngestProblem): boolean {
  return PASSING.has(reason);
}

/**
 * Whether to scan again soon because files failed for a passing reason. Files that failed in the previous scan as well
 * do not count: they wait for the next regular one.
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
