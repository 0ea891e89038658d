import { constants, setPriority } from 'node:os';
import type { ChildFacts, ChildInit, FromChild, ToChild } from './child-protocol.js';
import { messageOf } from './errors.js';

/** One kind of work that a child does. */
export interface ChildWork<Input, Output> {
  readonly facts: ChildFacts;
  run(inputs: readonly Input[]): Promise<readonly Output[]>;
}

/**
 * The whole life of a child process: made ready by one `init`, then answers each `run`, ends with its parent.
 * @param open loads what the role needs; what it throws is told to the parent as `unusable`
 */
export function serveChild<Init extends ChildInit, Input, Output>(
  open: (init: Init) => Promise<ChildWork<Input, Output>>,
): void {
  // A terminal's Ctrl-C reaches the whole group: the parent drains and needs its children until the end.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('disconnect', () => process.exit(0));
  let work: Promise<ChildWork<Input, Output>> | undefined;
  process.on('message', (message: ToChild) => {
    if (message.kind === 'init') {
      beNice(message.init);
      // The parent sends the init that belongs to this file.
      work = open(message.init as Init);
      work.then(
        ({ facts }) => send({ kind: 'ready', facts }),
        (error: unknown) => send({ kind: 'unusable', message: messageOf(error) }),
      );
      return;
    }
    const { id, inputs } = message;
    answer(work, inputs as readonly Input[]).then(
      (outputs) => send({ kind: 'done', id, outputs }),
      (error: unknown) => send({ kind: 'failed', id, message: messageOf(error) }),
    );
  });
}

async function answer<Input, Output>(
  work: Promise<ChildWork<Input, Output>> | undefined,
  inputs: readonly Input[],
): Promise<readonly Output[]> {
  if (work === undefined) throw new Error('run before init');
  return (await work).run(inputs);
}

/** Photos are background work; a person waits for a text. Before any thread is started: threads inherit it. */
function beNice(init: ChildInit): void {
  if (init.role === 'text') return;
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Some sandboxes refuse it; the work goes on at the usual priority.
  }
}

function send(message: FromChild): void {
  if (process.connected) process.send?.(message);
}
