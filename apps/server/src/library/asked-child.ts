import {
  type Child,
  childEnvironment,
  describeHang,
  type HangCause,
  type RunTimer,
  startChild,
} from '@clip-watch/processes';

/** `NOT_ANSWERING`: the disk hangs, and the child was killed. `CHILD`: it ended. `CLOSED`. Otherwise a system code. */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const OF_ALL: ReadonlySet<string> = new Set(['NOT_ANSWERING', 'CHILD', 'CLOSED', 'ROOT_CHANGED']);

/** Whether the error concerns only the folder or file that was asked for, not the rest of the library. */
export function isOfOnePlace(error: unknown): error is DiskError {
  return error instanceof DiskError && !OF_ALL.has(error.code);
}

/** How long a disk may be silent while a person waits: some take ten seconds to spin up. */
export const WAITED_FOR_MS: number = 15_000;

export interface Settle<T> {
  resolve(value: T): void;
  reject(error: DiskError): void;
}

export interface AskedChildOptions {
  /** The child's built file. */
  readonly file: string;
  /** `json` for plain data, `advanced` for bytes. */
  readonly serialization: 'json' | 'advanced';
  /** A child that leaves a question unanswered for this long, in its own time, is killed; all its questions fail. */
  readonly silenceMs: number;
  /** A child that has no open question for this long is ended, unless `isInUse`. */
  readonly idleMs: number;
  readonly isInUse?: () => boolean;
}

/** A child process that answers questions. It is started by the first of them, and may be killed at any time. */
export interface AskedChild<Reply extends { readonly id: number }> {
  /**
   * @param take is called with each reply to this question, and settles it with the last one
   * @throws DiskError
   */
  ask<T>(question: object, take: (reply: Reply, settle: Settle<T>) => void): Promise<T>;
  /** Sends a message that needs no answer. Without a running child it does nothing. */
  tell(message: object): void;
  close(): void;
}

interface Waiting<Reply> {
  take(reply: Reply): void;
  reject(error: DiskError): void;
  readonly timer: RunTimer;
}

export function createAskedChild<Reply extends { readonly id: number }>(options: AskedChildOptions): AskedChild<Reply> {
  const waiting = new Map<number, Waiting<Reply>>();
  let child: Child | null = null;
  let nextId = 1;
  let isClosed = false;

  const drop = (error: DiskError): void => {
    const dropped = child;
    child = null;
    dropped?.kill(error.message);
    for (const { reject, timer } of waiting.values()) {
      timer.stop();
      reject(error);
    }
    waiting.clear();
  };
  const onIdle = (): void => {
    if (waiting.size > 0 || child === null) return;
    if (options.isInUse?.() === true) idle.refresh();
    else drop(new DiskError('CHILD', 'had nothing to do for a while'));
  };
  const idle = setTimeout(onIdle, options.idleMs).unref();

  const start = (): Child => {
    const { file, serialization } = options;
    const started = startChild({
      file,
      env: childEnvironment(),
      channel: serialization,
      isAwaited: false, // The host must be able to end while a question is still open.
      onMessage(message) {
        const reply = message as Reply; // The child's file speaks the caller's protocol.
        const asked = waiting.get(reply.id);
        asked?.timer.refresh();
        asked?.take(reply);
      },
      onEnd({ cause }) {
        if (child === started) drop(new DiskError('CHILD', `ended: ${cause}`));
      },
    });
    return started;
  };

  return {
    ask(question, take) {
      if (isClosed) return Promise.reject(new DiskError('CLOSED', 'is closed'));
      child ??= start();
      const asked = child;
      const id = nextId++;
      return new Promise((resolve, reject) => {
        const timer = asked.clock.after(options.silenceMs, (why) => drop(silenceOf(why)));
        const end = (): void => {
          timer.stop();
          waiting.delete(id);
          idle.refresh();
        };
        const settle = {
          resolve: (value: Parameters<typeof resolve>[0]) => {
            end();
            resolve(value);
          },
          reject: (error: DiskError) => {
            end();
            reject(error);
          },
        };
        waiting.set(id, { take: (reply) => take(reply, settle), reject, timer });
        asked.send({ ...question, id });
      });
    },
    tell(message) {
      child?.send(message);
    },
    close() {
      isClosed = true;
      clearTimeout(idle);
      drop(new DiskError('CLOSED', 'is closed'));
    },
  };
}

/** If somebody stopped the child, its silence says nothing about the disk. */
function silenceOf(why: HangCause): DiskError {
  if (why === 'stopped') return new DiskError('CHILD', `was silent: ${describeHang(why)}`);
  return new DiskError('NOT_ANSWERING', `the folder does not answer: ${describeHang(why)}`);
}
