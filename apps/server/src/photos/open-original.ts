import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { LibraryRoot } from '@clip-watch/library-root';
import { HttpProblem } from '../http/problem.js';
import { type AskedChild, createAskedChild, DiskError, WAITED_FOR_MS } from '../library/asked-child.js';
import type { OriginalReply, OriginalRequest } from './original-protocol.js';

/**
 * A photo that is open for reading. Its bytes come from another process, part by part, as fast as they are consumed.
 */
export interface OriginalFile extends AsyncDisposable {
  /** Closing the stream closes the file. @param range includes its last byte */
  createReadStream(range: { readonly start: number; readonly end: number }): Readable;
  close(): Promise<void>;
}

export type OpenedOriginal =
  | {
      readonly kind: 'opened';
      readonly handle: OriginalFile;
      readonly size: number;
      readonly modifiedAtMs: number;
      readonly changedAtMs: number;
    }
  /** The file is gone, a link, a pipe, or outside the library. The reason is for the log, not for the client. */
  | { readonly kind: 'refused'; readonly reason: string };

const CHILD: string = fileURLToPath(new URL('../../dist/photos/original-child.js', import.meta.url));
const IDLE_MS = 30_000;
const PART_BYTES = 256 << 10;
// Each costs the child a descriptor, of which some systems grant 256. A browser asks for six originals at once.
const MOST_OPEN = 64;

type Asked = OriginalRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;
type Answer = Exclude<OriginalReply, { kind: 'error' }>;

/** Reads originals in one child process for each library, so that a hung mount affects no other library. */
export interface Originals {
  /**
   * Opens a photo for reading: never through a link, and only below its library's root, if that is the same folder.
   * @throws HttpProblem NOT_ANSWERING when the disk hangs; BUSY when too many photos of this library are open
   */
  open(root: LibraryRoot, relPath: string): Promise<OpenedOriginal>;
  /** Ends the children, and with them every read. They start again with the next photo. */
  close(): void;
}

/** @param silenceMs how long a disk may take to answer */
export function createOriginals(silenceMs: number = WAITED_FOR_MS): Originals {
  const disks = new Map<string, Disk>();
  return {
    open({ rootPath, rootIdentity }, relPath) {
      let disk = disks.get(rootPath);
      if (disk === undefined) {
        disk = new Disk(silenceMs);
        disks.set(rootPath, disk);
      }
      return disk.open({ rootPath, rootIdentity }, relPath);
    },
    close() {
      for (const disk of disks.values()) disk.close();
      disks.clear();
    },
  };
}

const originals = createOriginals();

/** `Originals.open` of this process. */
export const openOriginal: Originals['open'] = originals.open;
/** `Originals.close` of this process. */
export const closeOriginals: Originals['close'] = originals.close;

class Disk {
  readonly #child: AskedChild<OriginalReply>;
  #openFiles = 0;

  constructor(silenceMs: number) {
    this.#child = createAskedChild({
      file: CHILD,
      serialization: 'advanced',
      silenceMs,
      idleMs: IDLE_MS,
      isInUse: () => this.#openFiles > 0,
    });
  }

  async open(root: LibraryRoot, relPath: string): Promise<OpenedOriginal> {
    if (this.#openFiles >= MOST_OPEN)
      throw new HttpProblem('BUSY', 'Too many originals of this library are being read. Try again in a moment.');
    this.#openFiles++; // Counted while it is being opened, too: a disk that hangs would gather any number of them.
    let opened: OpenedOriginal | undefined;
    try {
      opened = await this.#openCounted(root, relPath);
      return opened;
    } finally {
      if (opened?.kind !== 'opened') this.#openFiles--;
    }
  }

  async #openCounted(root: LibraryRoot, relPath: string): Promise<OpenedOriginal> {
    const question = { kind: 'open', root, relPath } as const;
    const reply = await this.#ask(question).catch((error: unknown) => {
      if (isChildEnd(error)) return this.#ask(question); // Somebody ended the child, which says nothing about the disk.
      throw error;
    });
    if (reply.kind === 'refused') return reply;
    if (reply.kind !== 'opened') throw new TypeError(`the reader of originals answered ${reply.kind} to open`);
    const { size, modifiedAtMs, changedAtMs } = reply;
    return { kind: 'opened', handle: this.#fileOf(reply), size, modifiedAtMs, changedAtMs };
  }

  #fileOf({ file }: Extract<OriginalReply, { kind: 'opened' }>): OriginalFile {
    let isOpen = true;
    const close = async (): Promise<void> => {
      if (!isOpen) return;
      isOpen = false;
      this.#openFiles--;
      this.#child.tell({ kind: 'close', file } satisfies OriginalRequest);
    };
    return {
      createReadStream: ({ start, end }) => {
        const stream = Readable.from(this.#parts(file, start, end), { objectMode: false, highWaterMark: 1 });
        // Not in the generator, whose end is never reached if nobody starts to read.
        return stream.once('close', () => void close());
      },
      close,
      [Symbol.asyncDispose]: close,
    };
  }

  async *#parts(file: number, start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let position = start; position <= end; ) {
      const length = Math.min(PART_BYTES, end - position + 1);
      const reply = await this.#ask({ kind: 'read', file, position, length });
      // The file became shorter than was announced, so the answer has to break off.
      if (reply.kind !== 'bytes' || reply.bytes.length === 0)
        throw new HttpProblem('PHOTO_UNREADABLE', 'The file became shorter while it was read.');
      position += reply.bytes.length;
      yield reply.bytes;
    }
  }

  async #ask(question: Asked): Promise<Answer> {
    try {
      return await this.#child.ask<Answer>(question, (reply, { resolve, reject }) =>
        reply.kind === 'error' ? reject(new DiskError(reply.code, 'the file cannot be read')) : resolve(reply),
      );
    } catch (cause) {
      throw problemOf(cause);
    }
  }

  close(): void {
    this.#child.close();
  }
}

function isChildEnd(error: unknown): boolean {
  return error instanceof HttpProblem && error.cause instanceof DiskError && error.cause.code === 'CHILD';
}

function problemOf(cause: unknown): unknown {
  if (!(cause instanceof DiskError)) return cause;
  if (/^E[A-Z]/.test(cause.code))
    return new HttpProblem('PHOTO_UNREADABLE', `The photo cannot be read (${cause.code}).`, { cause });
  return new HttpProblem('NOT_ANSWERING', 'The disk of this photo does not answer. Look at it or its network.', {
    cause,
  });
}
