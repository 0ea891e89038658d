/** What a decoder thread asks of the child's main thread: ExifTool, a place in the memory budget, and its stage told. */
import type { MessagePort } from 'node:worker_threads';
import { PictureProblem } from '../photo-reasons.js';
import { enterStage, type StageCell } from '../photo-stage.js';
import type { DecodeStage } from './host-protocol.js';

/** Tags by `group:name`, as ExifTool's `-G1 -json` gives them. */
export type ExifTags = Readonly<Record<string, unknown>>;

export type ServiceRequest =
  | { readonly kind: 'acquire'; readonly seq: number; readonly bytes: number }
  | { readonly kind: 'release'; readonly seq: number }
  | { readonly kind: 'readTags'; readonly seq: number; readonly path: string; readonly args: readonly string[] }
  | {
      readonly kind: 'extractTag';
      readonly seq: number;
      readonly path: string;
      readonly tag: string;
      readonly target: string;
    };

export type ServiceAnswer =
  | { readonly seq: number; readonly kind: 'admitted' }
  /** Null: ExifTool cannot run here (no Perl). */
  | { readonly seq: number; readonly kind: 'tags'; readonly tags: ExifTags | null }
  | { readonly seq: number; readonly kind: 'extracted'; readonly found: boolean }
  /** ExifTool did not answer in time, or with nonsense. */
  | { readonly seq: number; readonly kind: 'refused'; readonly message: string };

export interface WorkerServices extends Disposable {
  enter(stage: DecodeStage): void;
  /** Says that the disk is still giving. */
  readonly progress: () => void;
  /** Waits for a place in the memory budget, if the picture needs more than what each thread has anyway; the result gives it back. */
  admit(bytes: number): Promise<Disposable>;
  /** @param args ExifTool's own, for example `-IFD0:Orientation#` (`#`: the number, not its name); @returns null when ExifTool cannot run here; no tags when it cannot make anything of the file; @throws PictureProblem timeout, crashed_decoder, unreadable, corrupt */
  readTags(path: string, args: readonly string[]): Promise<ExifTags | null>;
  /** Writes a binary tag to `target`. @returns false when there is no such tag, or it was cut off; @throws PictureProblem timeout, crashed_decoder */
  extractTag(path: string, tag: string, target: string): Promise<boolean>;
}

/** What each thread may use without asking: a JPEG of 32 megapixels, decoded line by line. */
export const OWN_BYTES: number = 32 << 20;
const NOTHING_HELD: Disposable = { [Symbol.dispose]: () => {} };
const EXIFTOOL_ENDED = /terminated before|EPIPE|ECONNRESET/i;
/** Messages that say nothing about the file: ExifTool was too slow, or its process ended. */
export const EXIFTOOL_SILENCE: RegExp = new RegExp(`timeout|timed out|${EXIFTOOL_ENDED.source}`, 'i');

/**
 * The thread's side. One port a task, so an answer can never reach another task; most photos never ask.
 * @param openPort called once, when the task first asks
 */
export function connectServices(cell: StageCell, openPort: () => MessagePort): WorkerServices {
  const waiting = new Map<number, (answer: ServiceAnswer) => void>();
  let port: MessagePort | undefined;
  let seq = 0;
  const connect = (): MessagePort =>
    openPort().on('message', (answer: ServiceAnswer) => {
      waiting.get(answer.seq)?.(answer);
      waiting.delete(answer.seq);
    });
  const tell = (request: ServiceRequest): void => {
    port ??= connect();
    port.postMessage(request);
  };
  const ask = (make: (seq: number) => ServiceRequest): Promise<ServiceAnswer> => {
    const mine = ++seq;
    return new Promise((resolve) => {
      waiting.set(mine, resolve);
      tell(make(mine));
    });
  };
  return {
    progress: () => enterStage(cell, 'reading'),
    enter: (stage) => enterStage(cell, stage),
    async admit(bytes) {
      if (bytes <= OWN_BYTES) return NOTHING_HELD;
      const { seq } = await ask((mine) => ({ kind: 'acquire', seq: mine, bytes }));
      return { [Symbol.dispose]: () => tell({ kind: 'release', seq }) };
    },
    async readTags(path, args) {
      const answer = await ask((mine) => ({ kind: 'readTags', seq: mine, path, args }));
      if (answer.kind === 'refused') throw problemFromExifTool(answer.message);
      return answer.kind === 'tags' ? answer.tags : null;
    },
    async extractTag(path, tag, target) {
      const answer = await ask((mine) => ({ kind: 'extractTag', seq: mine, path, tag, target }));
      if (answer.kind === 'refused') throw problemFromExifTool(answer.message);
      return answer.kind === 'extracted' && answer.found;
    },
    [Symbol.dispose]: () => port?.close(),
  };
}

function problemFromExifTool(message: string): PictureProblem {
  if (EXIFTOOL_ENDED.test(message))
    return new PictureProblem('crashed_decoder', 'ExifTool ended while it read the file.', { sure: false });
  if (EXIFTOOL_SILENCE.test(message)) return new PictureProblem('timeout', 'ExifTool took too long.');
  if (/file not found|error opening/i.test(message))
    return new PictureProblem('unreadable', 'ExifTool cannot open it.');
  // Not sure: what ExifTool says of a file comes as tags, not as an error.
  return new PictureProblem('corrupt', 'ExifTool cannot make sense of it.', { sure: false });
}
