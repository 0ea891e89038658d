import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FileStat, FolderEntry, FolderReply, FolderRequest } from './folder-protocol.js';

/** `NOT_ANSWERING`: the mount hangs and the child was killed. Otherwise the system's own code. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Lists and stats below library roots, in a child process that may be killed at any time. */
export interface FolderReader extends AsyncDisposable {
  /** @throws FolderError */
  list(rootPath: string, relDir: string): Promise<readonly FolderEntry[]>;
  /** In the order asked for; null where there is no regular file. @throws FolderError */
  stat(rootPath: string, relPaths: readonly string[]): Promise<readonly (FileStat | null)[]>;
  /** The system's number for the kind of file system, as `statfs` gives it. @throws FolderError */
  fileSystemType(rootPath: string): Promise<number>;
  close(): Promise<void>;
}

export interface FolderReaderOptions {
  /** A child that is silent for so long while asked is killed. Default 30,000. */
  readonly silenceMs?: number;
  /** A child without work ends after this. Default 30,000. */
  readonly idleMs?: number;
}

// Resolves to the built file from src/ and from dist/ alike, so tests run the file that ships.
const CHILD: string = fileURLToPath(new URL('../../dist/library/folder-child.js', import.meta.url));

interface Waiting {
  readonly entries: FolderEntry[];
  resolve(value: unknown): void;
  reject(error: Error): void;
}

type Asked = FolderRequest extends infer R ? (R extends FolderRequest ? Omit<R, 'id'> : never) : never;

/** Starts its child with the first question; one a library, so that a hung mount blocks its own library only. */
export function createFolderReader(options: FolderReaderOptions = {}): FolderReader {
  const { silenceMs = 30_000, idleMs = 30_000 } = options;
  const waiting = new Map<number, Waiting>();
  let child: ChildProcess | null = null;
  let nextId = 1;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const drop = (error: FolderError): void => {
    clearTimeout(timer);
    child?.removeAllListeners();
    child?.on('error', () => {}); // A kill that comes too late is no news.
    child?.kill('SIGKILL');
    child = null;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };

  const watch = (): void => {
    clearTimeout(timer);
    if (child === null) return;
    const silent = waiting.size > 0;
    timer = setTimeout(
      () => drop(new FolderError('NOT_ANSWERING', 'the folder does not answer')),
      silent ? silenceMs : idleMs,
    );
    timer.unref();
  };

  const onReply = (reply: FolderReply): void => {
    const asked = waiting.get(reply.id);
    if (asked !== undefined) settle(asked, reply, () => waiting.delete(reply.id));
    watch();
  };

  const start = (): ChildProcess => {
    const started = fork(CHILD, { serialization: 'json', stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
    started.on('message', onReply);
    started.on('error', (cause) =>
      drop(new FolderError('CHILD', `the folder reader failed: ${cause.message}`, { cause })),
    );
    started.on('exit', (code, signal) => drop(new FolderError('CHILD', `the folder reader ended (${signal ?? code})`)));
    // The host must be able to end while a listing is on its way.
    started.unref();
    started.channel?.unref();
    return started;
  };

  const ask = <T>(question: Asked): Promise<T> => {
    if (isClosed) return Promise.reject(new FolderError('CLOSED', 'the folder reader is closed'));
    child ??= start();
    const id = nextId++;
    const answer = new Promise<T>((resolve, reject) =>
      waiting.set(id, { entries: [], resolve: resolve as (value: unknown) => void, reject }),
    );
    child.send({ ...question, id });
    watch();
    return answer;
  };

  const close = async (): Promise<void> => {
    isClosed = true;
    drop(new FolderError('CLOSED', 'the folder reader is closed'));
  };
  return {
    list: (rootPath, relDir) => ask({ kind: 'list', rootPath, relDir }),
    stat: (rootPath, relPaths) =>
      relPaths.length === 0 ? Promise.resolve([]) : ask({ kind: 'stat', rootPath, relPaths }),
    fileSystemType: (rootPath) => ask({ kind: 'system', rootPath }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function settle(asked: Waiting, reply: FolderReply, done: () => void): void {
  switch (reply.kind) {
    case 'entries':
      asked.entries.push(...reply.entries);
      if (!reply.last) return;
      asked.resolve(asked.entries);
      break;
    case 'stats':
      asked.resolve(reply.stats);
      break;
    case 'system':
      asked.resolve(reply.type);
      break;
    case 'error':
      asked.reject(new FolderError(reply.code, reply.message));
  }
  done();
}
