import type { Logger } from '@clip-watch/basics';

export interface RecordedLog extends Logger {
  readonly lines: string[];
  /** What people see at the usual level. */
  readonly loud: () => string[];
}

export function recordLog(): RecordedLog {
  const lines: string[] = [];
  const record =
    (level: string) =>
    (fields: object, message: string): void => {
      lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    };
  return {
    lines,
    loud: () => lines.filter((line) => !line.startsWith('debug')),
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
  };
}
