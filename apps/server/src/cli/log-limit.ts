/** What keeps failing until somebody changes the machine, by the codes of Node and of the database. */
const CONDITIONS: Readonly<Record<string, string>> = {
  ENOSPC: 'disk full',
  EDQUOT: 'disk full',
  DISK_FULL: 'disk full',
  EROFS: 'disk read-only',
  READ_ONLY: 'disk read-only',
  EIO: 'disk error',
  IO: 'disk error',
  FILE_GONE: 'database file gone',
  EMFILE: 'no descriptors left',
  ENFILE: 'no descriptors left',
};

const EVERY_MS = 60_000;
const DEEPEST_CAUSE = 5;

/** Lets one line a minute through of what every writer meets again and again while it lasts. */
export interface LogLimit {
  /** @returns how many lines were left out before this one, or undefined when this one is to be left out */
  admit(fields: unknown): number | undefined;
}

/** @param now milliseconds of a clock that never jumps */
export function createLogLimit(now: () => number): LogLimit {
  const told = new Map<string, { at: number; leftOut: number }>();
  return {
    admit(fields) {
      const condition = conditionOf(fields);
      if (condition === undefined) return 0;
      const before = told.get(condition);
      if (before !== undefined && now() - before.at < EVERY_MS) {
        before.leftOut++;
        return undefined;
      }
      told.set(condition, { at: now(), leftOut: 0 });
      return before?.leftOut ?? 0;
    },
  };
}

/** By the `code` of the line itself, or of its error and what that was caused by. */
function conditionOf(fields: unknown): string | undefined {
  if (typeof fields !== 'object' || fields === null) return undefined;
  const own = conditionOfCode(fields);
  if (own !== undefined) return own;
  let error: unknown = fields instanceof Error ? fields.cause : Reflect.get(fields, 'err');
  for (let depth = 0; depth < DEEPEST_CAUSE && typeof error === 'object' && error !== null; depth++) {
    const found = conditionOfCode(error);
    if (found !== undefined) return found;
    error = Reflect.get(error, 'cause');
  }
  return undefined;
}

function conditionOfCode(value: object): string | undefined {
  const code: unknown = Reflect.get(value, 'code');
  return typeof code === 'string' && Object.hasOwn(CONDITIONS, code) ? CONDITIONS[code] : undefined;
}
