import { writeSync } from 'node:fs';
import { type Logger, type LoggerOptions, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { LogLevel } from '../config/settings.js';
import { systemCode } from '../errors.js';
import { createLogLimit } from './log-limit.js';

// Settings that hold secrets never reach a log line whole; this is the second lock.
const REDACT = ['token', '*.token', 'authorization', '*.authorization', 'headers.cookie', '*.headers.cookie'];

/** Logs go to standard error, readable in a terminal and as JSON elsewhere. */
export function createLogger(level: LogLevel, isTerminal: boolean): Logger {
  const options = {
    level,
    redact: { paths: REDACT, censor: '[hidden]' },
    base: null,
    hooks: { logMethod: limited() },
  };
  if (!isTerminal) return pino(options, { write: writeLine });
  return pino(options, PinoPretty({ destination: 2, sync: true, ignore: 'component', messageFormat: '{msg}' }));
}

const WARN = 40;

type LogMethod = NonNullable<NonNullable<LoggerOptions['hooks']>['logMethod']>;

/** A full disk is one line a minute, however many writers meet it; the others are there for who looks closely. */
function limited(): LogMethod {
  const limit = createLogLimit(() => performance.now());
  return function (args, method, level) {
    const leftOut = level < WARN ? 0 : limit.admit(args[0]);
    if (leftOut === undefined) this.debug(...args);
    else method.apply(this, leftOut === 0 ? args : withCount(args, leftOut));
  };
}

function withCount<Args extends unknown[]>(args: Args, leftOut: number): Args {
  const [fields, ...words] = args;
  if (typeof fields !== 'object' || fields === null || fields instanceof Error) return args;
  return [{ ...fields, leftOut }, ...words] as Args; // fields and words as before
}

/** How long a reader that does not read may hold up one line. */
const WRITE_TRIES = 100;
const WRITE_PAUSE_MS = 10;
const pause = new Int32Array(new SharedArrayBuffer(4));

/** A log that cannot be written, on a full disk say, is no reason to stop: the line is left out. */
function writeLine(line: string): void {
  const bytes = Buffer.from(line);
  for (let at = 0, tries = 0; at < bytes.length && tries < WRITE_TRIES; ) {
    try {
      at += writeSync(2, bytes, at);
    } catch (error) {
      if (systemCode(error) !== 'EAGAIN') return;
      tries++;
      Atomics.wait(pause, 0, 0, WRITE_PAUSE_MS);
    }
  }
}
