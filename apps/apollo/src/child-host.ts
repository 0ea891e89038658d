import { type ChildProcess, fork } from 'node:child_process';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  BYTES_FD,
  type ChildFacts,
  type ChildInit,
  type ChildInput,
  type FromChild,
  type ToChild,
} from './child-protocol.js';

/** How a child ended. `fault`: by itself, so what it had in hand is suspect; `killed`: by someone's signal. */
export type ChildEnd =
  | { readonly kind: 'unusable'; readonly message: string }
  | { readonly kind: 'fault'; readonly message: string }
  | { readonly kind: 'killed'; readonly message: string };

export interface ChildEvents {
  onReady(facts: ChildFacts): void;
  onDone(id: number, outputs: readonly unknown[]): void;
  onFailed(id: number, message: string): void;
  /** Once, always last. */
  onEnd(end: ChildEnd): void;
}

/** This side of one child process. */
export interface ChildHost {
  readonly pid: number | undefined;
  /** Sends work; the answer comes as an event. A child that is gone ignores it. */
  run(id: number, inputs: readonly ChildInput[]): void;
  /** Ends it at once. Counted as its own fault: the caller does so when it hangs or answers nonsense. */
  kill(message: string): void;
  /** Ends it without blame: it is no longer needed. */
  dismiss(): void;
}

const FILES: Record<ChildInit['role'], string> = {
  vision: 'vision-child.js',
  text: 'text-child.js',
  decode: 'decode-child.js',
};
/** The signals of a program that broke, unlike those that someone sends. */
const FAULTS = new Set<NodeJS.Signals | null>([
  'SIGSEGV',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGTRAP',
  'SIGSYS',
]);
const STDERR_TAIL = 2000;

/** Starts a child process of the given role. The file is the built one from src/ and dist/ alike. */
export function startChild(init: ChildInit, events: ChildEvents): ChildHost {
  const file = fileURLToPath(new URL(`../dist/${FILES[init.role]}`, import.meta.url));
  const child = fork(file, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'],
    execArgv: [],
  });
  const tail = tailOf(child);
  // The wanted stdio makes it a pipe. Writing to a child that just died fails; its `exit` event tells the rest.
  const bytes = child.stdio[BYTES_FD] as Writable;
  bytes.on('error', () => {});
  let blame: string | undefined;
  let unusable: string | undefined;
  let ended = false;

  function end(exit: ChildEnd): void {
    if (ended) return;
    ended = true;
    events.onEnd(exit);
  }
  child.on('message', (message: FromChild) => {
    if (ended) return;
    if (message.kind === 'unusable') {
      unusable = message.message;
      child.kill('SIGKILL');
    } else dispatch(message, events);
  });
  child.on('error', (error) => end({ kind: 'killed', message: `cannot be started: ${error.message}` }));
  child.on('exit', (code, signal) => end(toEnd({ unusable, blame, code, signal, tail: tail() })));
  send(child, { kind: 'init', init });
  return {
    get pid() {
      return child.pid;
    },
    run(id, inputs) {
      send(child, {
        kind: 'run',
        id,
        inputs: inputs.map((input) => (typeof input === 'string' ? input : input.length)),
      });
      bytes.cork();
      for (const input of inputs) if (typeof input !== 'string') bytes.write(input);
      bytes.uncork();
    },
    kill(message) {
      blame ??= message;
      child.kill('SIGKILL');
    },
    dismiss: () => void child.kill('SIGKILL'),
  };
}

function dispatch(message: Exclude<FromChild, { kind: 'unusable' }>, events: ChildEvents): void {
  if (message.kind === 'ready') events.onReady(message.facts);
  else if (message.kind === 'done') events.onDone(message.id, message.outputs);
  else events.onFailed(message.id, message.message);
}

/** A write to a child that just died fails; its `exit` event tells the rest. */
function send(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => {});
}

function tailOf(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-STDERR_TAIL);
  });
  return () => text.replaceAll(/\s+/g, ' ').trim();
}

function toEnd(facts: {
  readonly unusable: string | undefined;
  readonly blame: string | undefined;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly tail: string;
}): ChildEnd {
  if (facts.unusable !== undefined) return { kind: 'unusable', message: facts.unusable };
  if (facts.blame !== undefined) return { kind: 'fault', message: facts.blame };
  const how = facts.signal ?? `exit ${facts.code}`;
  const kind = facts.signal === null || FAULTS.has(facts.signal) ? 'fault' : 'killed';
  return { kind, message: facts.tail === '' ? how : `${how}: ${facts.tail}` };
}
