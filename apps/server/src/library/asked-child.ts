import { type ChildProcess, fork } from 'node:child_process';

/** `NOT_ANSWERING`: the disk hangs and the child was killed. `CHILD`: it ended. `CLOSED`. Else the system's own code. */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface Settle<T> {
  resolve(value: T): void;
  reject(error: DiskError): void;
}

export interface AskedChildOptions {
  /** The child's built file. */
  readonly file: string;
  /** `json` for plain data, `advanced` for bytes. */
  readonly serialization: 'json' | 'advanced';
  /** A question without an answer for so long costs the child its life, and all that it was asked. */
  readonly silenceMs: number;
  /** A child without a question ends after this, unless `isInUse`. */
  readonly idleMs: number;
  readonly isInUse?: () => boolean;
}

/** A child process that is asked and answers. It is started with the first question and may be killed at any time. */
export interface AskedChild<Reply extends { readonly id: number }> {
  /**
   * @param take gets each reply to this question, and settles it with the last
   * @throws DiskError
   */
  ask<T>(question: object, take: (reply: Reply, settle: Settle<T>) => void): Promise<T>;
  /** Something that wants no answer; nothing when no child lives. */
  tell(message: object): void;
  close(): void;
}

interface Waiting<Reply> {
  take(reply: Reply): void;
  reject(error: DiskError): void;
  readonly timer: NodeJS.Timeout;
}

export function createAskedChild<Reply extends { readonly id: number }>(options: AskedChildOptions): AskedChild<Reply> {
  const waiting = new Map<number, Waiting<Reply>>();
  let child: ChildProcess | null = null;
  let nextId = 1;
  let isClosed = false;

  const drop = (error: DiskError): void => {
    child?.removeAllListeners();
    child?.on('error', () => {}); // A kill that comes too late is no news.
    child?.kill('SIGKILL');
    child = null;
    for (const { reject, timer } of waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    waiting.clear();
  };
  const onIdle = (): void => {
    if (waiting.size > 0 || child === null) return;
    if (options.isInUse?.() === true) idle.refresh();
    else drop(new DiskError('CHILD', 'was not asked for long'));
  };
  const idle = setTimeout(onIdle, options.idleMs).unref();

  const start = (): ChildProcess => {
    const { file, serialization } = options;
    const started = fork(file, { serialization, stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
    started.on('message', (reply: Reply) => {
      const asked = waiting.get(reply.id);
      asked?.timer.refresh();
      asked?.take(reply);
    });
    started.on('error', (cause) => drop(new DiskError('CHILD', `cannot be run: ${cause.message}`, { cause })));
    started.on('exit', (code, signal) => drop(new DiskError('CHILD', `ended (${signal ?? code})`)));
    // The host must be able to end while an answer is on its way.
    started.unref();
    started.channel?.unref();
    return started;
  };

  return {
    ask(question, take) {
      if (isClosed) return Promise.reject(new DiskError('CLOSED', 'is closed'));
      child ??= start();
      const asked = child;
      const id = nextId++;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => drop(new DiskError('NOT_ANSWERING', 'the folder does not answer')),
          options.silenceMs,
        ).unref();
        const end = (): void => {
          clearTimeout(timer);
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
        asked.send({ ...question, id }, () => {}); // A child that just died reports it by its exit.
      });
    },
    tell(message) {
      child?.send(message, () => {});
    },
    close() {
      isClosed = true;
      clearTimeout(idle);
      drop(new DiskError('CLOSED', 'is closed'));
    },
  };
}
