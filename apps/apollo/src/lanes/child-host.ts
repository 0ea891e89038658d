import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { childEnvironment, type RunClock, startChild, type ChildEnd as WholeEnd } from '@clip-watch/processes';
import {
  BYTES_FD,
  type ChildFacts,
  type ChildInit,
  type ChildInput,
  type FromChild,
  type ToChild,
} from '../children/child-protocol.js';

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
  /** Its own time: a child that waits for a CPU is not late. */
  readonly clock: RunClock;
  /** Sends work; the answer comes as an event. A child that is gone ignores it. */
  run(id: number, inputs: readonly ChildInput[]): void;
  /** Ends it at once. Counted as its own fault: the caller does so when it hangs or answers nonsense. */
  kill(message: string): void;
  /** Ends it without blame: it is no longer needed. */
  dismiss(): void;
}

/** onnxruntime would keep a device id, and report to its makers which models run on what. */
const NO_TELEMETRY = { ORT_DISABLE_TELEMETRY: '1' };

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

/** Starts a child process of the given role. The file is the built one from src/ and dist/ alike. */
export function startRoleChild(init: ChildInit, events: ChildEvents): ChildHost {
  let unusable: string | undefined;
  let isDismissed = false;
  const child = startChild({
    file: fileURLToPath(new URL(`../../dist/children/${FILES[init.role]}`, import.meta.url)),
    env: childEnvironment(NO_TELEMETRY),
    channel: 'advanced',
    pipes: [BYTES_FD],
    onMessage(received) {
      const message = received as FromChild; // sent by child-runtime.ts
      if (message.kind !== 'unusable') return dispatch(message, events);
      unusable = message.message;
      child.kill(unusable);
    },
    onEnd: (end) =>
      events.onEnd(unusable === undefined ? toEnd(end, isDismissed) : { kind: 'unusable', message: unusable }),
  });
  // The wanted stdio makes it a pipe, unless the process could not be started. Its end tells the rest.
  const bytes = child.stdio[BYTES_FD] as Writable | null | undefined;
  bytes?.on('error', () => {});
  const send = (message: ToChild): void => child.send(message);
  send({ kind: 'init', init });
  return {
    pid: child.pid,
    clock: child.clock,
    run(id, inputs) {
      send({
        kind: 'run',
        id,
        inputs: inputs.map((input) => (typeof input === 'string' ? input : input.length)),
      });
      bytes?.cork();
      for (const input of inputs) if (typeof input !== 'string') bytes?.write(input);
      bytes?.uncork();
    },
    kill: (message) => child.kill(message),
    dismiss() {
      isDismissed = true;
      child.kill('it is not needed any more');
    },
  };
}

function dispatch(message: Exclude<FromChild, { kind: 'unusable' }>, events: ChildEvents): void {
  if (message.kind === 'ready') events.onReady(message.facts);
  else if (message.kind === 'done') events.onDone(message.id, message.outputs);
  else events.onFailed(message.id, message.message);
}

function toEnd({ cause, how, lastWords, isWanted, signal, error }: WholeEnd, isDismissed: boolean): ChildEnd {
  if (isDismissed) return { kind: 'killed', message: how };
  if (isWanted) return { kind: 'fault', message: cause };
  if (error !== undefined) return { kind: 'killed', message: `cannot be started: ${error.message}` };
  const kind = signal === null || FAULTS.has(signal) ? 'fault' : 'killed';
  return { kind, message: lastWords === '' ? how : `${how}: ${lastWords.replaceAll(/\s+/g, ' ')}` };
}
