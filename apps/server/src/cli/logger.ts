import { type Logger, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { LogLevel } from '../config/settings.js';

// Settings that hold secrets never reach a log line whole; this is the second lock.
const REDACT = ['token', '*.token', 'authorization', '*.authorization', 'headers.cookie', '*.headers.cookie'];

/** Logs go to standard error, readable in a terminal and as JSON elsewhere. */
export function createLogger(level: LogLevel, isTerminal: boolean): Logger {
  const options = { level, redact: { paths: REDACT, censor: '[hidden]' }, base: null };
  if (!isTerminal) return pino(options, pino.destination({ dest: 2, sync: true }));
  return pino(options, PinoPretty({ destination: 2, sync: true, ignore: 'component', messageFormat: '{msg}' }));
}
