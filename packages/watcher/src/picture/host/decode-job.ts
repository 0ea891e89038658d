/** One call on its way through the host. */
import type { RunTimer } from '@clip-watch/processes';
import type { DecodeCall, DecodeReply, DecodeStage } from './host-protocol.js';

export interface DecodeJob {
  readonly id: number;
  readonly call: DecodeCall;
  /** Answers that a person waits for go before the backlog. */
  readonly urgent: boolean;
  /** Alone in its child: its death there is its own fault. */
  alone: boolean;
  stage: 'queued' | 'sent' | DecodeStage;
  /** Of the last news from its thread: the same number means that nothing has come from the disk since. */
  turn: number;
  /** Both in the child's own time. */
  deadline: RunTimer | undefined;
  stall: RunTimer | undefined;
  readonly resolve: (reply: DecodeReply) => void;
  readonly reject: (error: unknown) => void;
}

/** The root of the library that the call reads from; undefined for an upload. */
export function rootOf(call: DecodeCall): string | undefined {
  return call.kind === 'prepareBytes' ? undefined : call.photo.rootPath;
}

/** Whether a thread had the photo in hand, so that it may be what ended the child. */
export function wasInHand(job: DecodeJob): boolean {
  return job.stage === 'reading' || job.stage === 'decoding';
}

/** Takes the next job: urgent ones first, else in order. */
export function takeNext(queue: DecodeJob[]): DecodeJob | undefined {
  const urgent = queue.findIndex((job) => job.urgent);
  return queue.splice(Math.max(0, urgent), 1)[0];
}

export function stopClocks(job: DecodeJob): void {
  job.deadline?.stop();
  job.stall?.stop();
}
