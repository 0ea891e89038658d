import { transient, type Verdict } from './encode-outcome.js';
import { endImageSpan, startImageSpan } from './tracing.js';
import type { ImageToEncode } from './types.js';

/** One image on its way through the pool. It is settled exactly once, whatever happens around it. */
export interface ImageJob {
  readonly image: ImageToEncode;
  /** Encoders, by address, that refused it as no medium or size of theirs, with what they said. */
  readonly refusals: Map<string, Verdict>;
  readonly isSettled: boolean;
  /** Later calls do nothing: the first verdict is the outcome. */
  settle(verdict: Verdict): void;
  /** Set by whoever holds the image at the moment; called when the caller no longer wants it. */
  onCancel: (() => void) | undefined;
  /** Settles as cancelled and tells the holder. */
  cancel(message: string): void;
}

export function createImageJob(image: ImageToEncode, settled: (job: ImageJob, verdict: Verdict) => void): ImageJob {
  const span = startImageSpan(image.payload.data?.length ?? 0);
  let isSettled = false;
  const job: ImageJob = {
    image,
    refusals: new Map(),
    onCancel: undefined,
    get isSettled() {
      return isSettled;
    },
    settle: (verdict) => {
      if (isSettled) return;
      isSettled = true;
      endImageSpan(span, verdict);
      settled(job, verdict);
    },
    cancel: (message) => {
      if (isSettled) return;
      const { onCancel } = job;
      job.settle(transient('cancelled', message));
      onCancel?.();
    },
  };
  return job;
}
