import { readSync } from 'node:fs';
import { lowerThreads } from '@clip-watch/processes';
import { messageOf } from '../errors.js';
import {
  BYTES_FD,
  type ChildFacts,
  type ChildInit,
  type ChildInput,
  type FromChild,
  type ToChild,
} from './child-protocol.js';

/** One kind of work that a child does. */
export interface ChildWork<Input extends ChildInput, Output> {
  readonly facts: ChildFacts;
  /** Called for one batch after the other, never for two at once. */
  run(inputs: readonly Input[]): Promise<readonly Output[]>;
}

/**
 * The whole life of a child process: made ready by one `init`, then answers each `run`, ends with its parent.
 * @param open loads what the role needs; what it throws is told to the parent as `unusable`
 */
export function serveChild<Init extends ChildInit, Input extends ChildInput, Output>(
  open: (init: Init) => Promise<ChildWork<Input, Output>>,
): void {
  // A terminal's Ctrl-C reaches the whole group: the parent drains and needs its children until the end.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('disconnect', endAtOnce);
  let work: Promise<ChildWork<Input, Output>> | undefined;
  let previous: Promise<unknown> = Promise.resolve();
  process.on('message', (message: ToChild) => {
    if (message.kind === 'init') {
      // Photos are background work; a person waits for a text.
      if (message.init.role !== 'text') lowerThreads(10);
      // The parent sends the init that belongs to this file.
      work = open(message.init as Init);
      work.then(
        ({ facts }) => send({ kind: 'ready', facts }),
        (error: unknown) => send({ kind: 'unusable', message: messageOf(error) }),
      );
      return;
    }
    const { id } = message;
    // The parent sends the inputs that belong to this file.
    const inputs = message.inputs.map((input) => (typeof input === 'string' ? input : readBytes(input))) as Input[];
    previous = previous
      .then(() => answer(work, inputs))
      .then(
        (outputs) => send({ kind: 'done', id, outputs }),
        (error: unknown) => send({ kind: 'failed', id, message: messageOf(error) }),
      );
  });
}

async function answer<Input extends ChildInput, Output>(
  work: Promise<ChildWork<Input, Output>> | undefined,
  inputs: readonly Input[],
): Promise<readonly Output[]> {
  if (work === undefined) throw new Error('run before init');
  return (await work).run(inputs);
}

/** Waits for bytes that the parent is writing already: cheaper than a stream, which copies them in pieces. */
function readBytes(length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let at = 0; at < length; ) {
    const count = readSync(BYTES_FD, bytes, at, length - at, null);
    if (count === 0) endAtOnce();
    at += count;
  }
  return bytes;
}

/** Not `process.exit`: it would take the runtime's memory from under a run that is under way. */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

function send(message: FromChild): void {
  if (process.connected) process.send?.(message);
}
