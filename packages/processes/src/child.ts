/** One child process: started with an environment of its own, followed to its end, ended politely or at once. */

import { type ChildProcess, type Serializable, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { withResolvers } from '@clip-watch/basics';
import { createRunClock, type RunClock } from './run-clock.js';

/** What `startChild` takes: the program, what it may know, and who hears of it. */
export interface ChildOptions {
  /** A program for Node, as a path. */
  readonly file: string;
  /** Everybody on the machine can read them: never a secret. */
  readonly args?: readonly string[];
  /** Made by `childEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
  /** How messages are cloned: `json` for plain data, `advanced` for bytes. Without it there is no channel. */
  readonly channel?: 'json' | 'advanced';
  /** Descriptors that become pipes, beside standard error; the others of 0 to 2 are closed. */
  readonly pipes?: readonly number[];
  /** A session and process group of its own: what the child has started ends with it. Default false. */
  readonly ownGroup?: boolean;
  /** False: this process may end while the child runs. Default true. */
  readonly isAwaited?: boolean;
  /** A message that it sent; unchecked. Only with a `channel`. */
  onMessage?(message: unknown): void;
  /** A line that it wrote to standard error. */
  onErrorLine?(line: string): void;
  /** Once, and always last. */
  onEnd(end: ChildEnd): void;
}

/** How a child ended, in words for a log and in figures. */
export interface ChildEnd {
  /** The one reason, as a clause: why it was killed, else its last words, else `it ended with SIGSEGV`. */
  readonly cause: string;
  /** How it ended: `exit 1`, `SIGKILL`. */
  readonly how: string;
  /** What it wrote to standard error last; of an uncaught error only the message. */
  readonly lastWords: string;
  /** It was killed by us; one that was asked to stop and did is not. */
  readonly isWanted: boolean;
  /** What it exited with; null when a signal ended it, or it never ran. */
  readonly code: number | null;
  /** What ended it; null when it exited. */
  readonly signal: NodeJS.Signals | null;
  /** It could not be started, or not be asked to end. */
  readonly error?: Error;
}

/** A child process that was started. Nothing of it throws; how it ends is told by `onEnd` and `ended`. */
export interface Child {
  /** Undefined when it could not be started; `onEnd` follows. */
  readonly pid: number | undefined;
  /** `onEnd` was called. */
  readonly hasEnded: boolean;
  /** Its pipes, by descriptor. */
  readonly stdio: ChildProcess['stdio'];
  /** Measures limits in the time in which it could run. */
  readonly clock: RunClock;
  /** A child that is gone takes no message; its end tells the rest. */
  send(message: Serializable): void;
  /** Ends it, and its group, at once. @param cause why, as a clause; the first one stands */
  kill(cause: string): void;
  /** SIGTERM, and after the grace `kill`. */
  stop(graceMs: number): Promise<ChildEnd>;
  /** Resolves after `onEnd`, or when it is given up: a process that a dead mount holds cannot be reaped. */
  readonly ended: Promise<ChildEnd>;
}

const LAST_WORDS = 500;
/** As much as an uncaught error with its stack may take. */
const KEPT_WORDS = 8000;
/** How Node prints an uncaught error: its message stands above its stack. */
const UNCAUGHT = /^(\w*Error(?: \[\w+\])?: .*?)\n {4}at /ms;
/** From a kill to the end of waiting for it. */
const REAP_MS = 1000;
/** How long to wait after its exit for the rest of standard error, which its own children may hold open. */
const WORDS_MS = 200;

/**
 * Starts a Node program as a child process. It never throws: a program that cannot be started ends at once, with `error`.
 * @example
 * const child = startChild({ file, env: childEnvironment(), channel: 'json', onMessage, onEnd: ({ cause }) => log.warn({ cause }, 'ended') });
 * const start = child.clock.after(30_000, (why) => child.kill(`it did not start: ${describeHang(why)}`));
 */
export function startChild(options: ChildOptions): Child {
  const child = spawn(process.execPath, [options.file, ...(options.args ?? [])], {
    env: options.env,
    detached: options.ownGroup ?? false,
    stdio: stdioOf(options),
    ...(options.channel === undefined ? {} : { serialization: options.channel }),
  });
  const life = followLife(child, options);
  if (options.onMessage !== undefined) child.on('message', options.onMessage);
  if (options.isAwaited === false) {
    child.unref();
    child.channel?.unref();
    for (const pipe of pipesOf(child)) if (pipe && 'unref' in pipe) (pipe.unref as () => void).call(pipe);
  }
  return {
    pid: child.pid,
    get hasEnded() {
      return life.hasEnded();
    },
    stdio: pipesOf(child),
    clock: createRunClock(child.pid),
    send: (message) => void (child.connected && child.send(message, () => {})),
    kill: life.kill,
    async stop(graceMs) {
      child.kill('SIGTERM');
      const grace = setTimeout(() => life.kill('it did not stop'), graceMs);
      return life.ended.finally(() => clearTimeout(grace));
    },
    ended: life.ended,
  };
}

/** Out of descriptors, Node gives back a process without any pipe. */
function pipesOf({ stdio }: ChildProcess): ChildProcess['stdio'] {
  return (stdio as ChildProcess['stdio'] | undefined) ?? [null, null, null, undefined, undefined];
}

function stdioOf({ channel, pipes = [] }: ChildOptions): ('ignore' | 'pipe' | 'ipc')[] {
  const stdio: ('ignore' | 'pipe' | 'ipc')[] = ['ignore', 'ignore', 'pipe'];
  if (channel !== undefined) stdio.push('ipc');
  for (const fd of pipes) stdio[fd] = 'pipe';
  return stdio;
}

interface ChildLife {
  readonly ended: Promise<ChildEnd>;
  hasEnded(): boolean;
  kill(cause: string): void;
}

function followLife(child: ChildProcess, options: ChildOptions): ChildLife {
  const { promise: ended, resolve } = withResolvers<ChildEnd>();
  let killedFor: string | undefined;
  let error: Error | undefined;
  let hasEnded = false;
  const end = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    if (options.ownGroup === true) killGroup(child); // what it left behind
    if (child.connected) child.disconnect();
    for (const pipe of pipesOf(child)) pipe?.destroy();
    child.unref();
    const facts = endOf(child, killedFor, lastWords(), error);
    options.onEnd(facts);
    resolve(facts);
  };
  const kill = (cause: string): void => {
    if (hasEnded) return; // Its id may be another's by now.
    killedFor ??= cause;
    if (options.ownGroup === true) killGroup(child);
    else child.kill('SIGKILL');
    setTimeout(end, REAP_MS).unref();
  };
  child.on('error', (met) => {
    error ??= met;
    if (child.pid === undefined) end();
  });
  const lastWords = keepLastWords(child, options);
  child.on('exit', () => void setTimeout(end, WORDS_MS).unref());
  child.on('close', end);
  return { ended, hasEnded: () => hasEnded, kill };
}

function endOf(child: ChildProcess, killedFor: string | undefined, lastWords: string, error?: Error): ChildEnd {
  const { exitCode: code, signalCode: signal } = child;
  const how = error !== undefined && child.pid === undefined ? 'no start' : (signal ?? `exit ${code}`);
  const cause = killedFor ?? error?.message ?? (lastWords || `it ended with ${signal ?? `code ${code}`}`);
  return { cause, how, lastWords, isWanted: killedFor !== undefined, code, signal, ...(error ? { error } : {}) };
}

function keepLastWords(child: ChildProcess, { onErrorLine }: ChildOptions): () => string {
  let words = '';
  if (!child.stderr) return () => words;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = `${words}${text}`.slice(-KEPT_WORDS);
  });
  if (onErrorLine !== undefined) createInterface({ input: child.stderr }).on('line', onErrorLine);
  return () => (UNCAUGHT.exec(words)?.[1] ?? words).trim().slice(-LAST_WORDS);
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already, which is what was wanted.
  }
}
