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
