/** What a decoder thread asks of the child's main thread: ExifTool, a place in the memory budget, and its stage told. */
import type { MessagePort } from 'node:worker_threads';
import type { DecodeStage } from './host-protocol.js';
import { PictureProblem } from './photo-reasons.js';

/** Tags by `group:name`, as ExifTool's `-G1 -json` gives them. */
export type ExifTags = Readonly<Record<string, unknown>>;

export type ServiceRequest =
  | { readonly kind: 'stage'; readonly stage: DecodeStage }
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

export interface WorkerServices {
  enter(stage: DecodeStage): void;
  /** Says that the disk is still giving, a few times a second at most. */
  readonly progress: () => void;
  /** Waits for a place in the memory budget; the result gives it back. */
  admit(bytes: number): Promise<Disposable>;
  /** @param args ExifTool's own, for example `-IFD0:Orientation#` (`#`: the number, not its name); @returns null when ExifTool cannot run here; no tags when it cannot make anything of the file; @throws PictureProblem timeout, crashed_decoder, unreadable, corrupt */
  readTags(path: string, args: readonly string[]): Promise<ExifTags | null>;
  /** Writes a binary tag to `target`. @returns false when there is no such tag, or it was cut off; @throws PictureProblem timeout, crashed_decoder */
  extractTag(path: string, tag: string, target: string): Promise<boolean>;
}

const PROGRESS_MS = 300;
const EXIFTOOL_ENDED = /terminated before|EPIPE|ECONNRESET/i;
/** Messages that say nothing about the file: ExifTool was too slow, or its process ended. */
export const EXIFTOOL_SILENCE: RegExp = new RegExp(`timeout|timed out|${EXIFTOOL_ENDED.source}`, 'i');

/** The thread's side of the port. One port a task, so an answer can never reach another task. */
export function connectServices(port: MessagePort): WorkerServices {
  const waiting = new Map<number, (answer: ServiceAnswer) => void>();
  let seq = 0;
  port.on('message', (answer: ServiceAnswer) => {
    waiting.get(answer.seq)?.(answer);
    waiting.delete(answer.seq);
  });
  const ask = (make: (seq: number) => ServiceRequest): Promise<ServiceAnswer> => {
    const mine = ++seq;
    return new Promise((resolve) => {
      waiting.set(mine, resolve);
      port.postMessage(make(mine));
    });
  };
  let lastProgress = performance.now();
  return {
    progress() {
      if (performance.now() - lastProgress < PROGRESS_MS) return;
      lastProgress = performance.now();
      port.postMessage({ kind: 'stage', stage: 'reading' } satisfies ServiceRequest);
    },
    enter: (stage) => port.postMessage({ kind: 'stage', stage } satisfies ServiceRequest),
    async admit(bytes) {
      const answer = await ask((mine) => ({ kind: 'acquire', seq: mine, bytes }));
      return {
        [Symbol.dispose]: () => port.postMessage({ kind: 'release', seq: answer.seq } satisfies ServiceRequest),
      };
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
