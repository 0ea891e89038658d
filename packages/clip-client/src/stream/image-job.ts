import type { Span } from '@opentelemetry/api';
import { endImageSpan, startImageSpan } from '../tracing.js';
import type { ImageToEncode } from '../types.js';
import { transient, type Verdict } from './encode-outcome.js';

const NO_REFUSALS: ReadonlyMap<string, Verdict> = new Map();

/** One image on its way through the pool. It is settled exactly once, whatever happens around it. */
export class ImageJob {
  readonly image: ImageToEncode;
  /** Set by whoever holds the image at the moment; called when the caller no longer wants it. */
  onCancel: (() => void) | undefined;
  #settled = false;
  #refused: Map<string, Verdict> | undefined;
  readonly #span: Span;
  readonly #onSettled: (job: ImageJob, verdict: Verdict) => void;

  constructor(image: ImageToEncode, onSettled: (job: ImageJob, verdict: Verdict) => void) {
    this.image = image;
    this.#onSettled = onSettled;
    this.#span = startImageSpan(image.payload.data?.length ?? 0);
  }

  get isSettled(): boolean {
    return this.#settled;
  }

  /** Encoders, by address, that refused it as no medium or size of theirs, with what they said. */
  get refusals(): ReadonlyMap<string, Verdict> {
    return this.#refused ?? NO_REFUSALS;
  }

  refuse(address: string, verdict: Verdict): void {
    this.#refused ??= new Map();
    this.#refused.set(address, verdict);
  }

  /** Later calls do nothing: the first verdict is the outcome. */
  settle(verdict: Verdict): void {
    if (this.#settled) return;
    this.#settled = true;
    endImageSpan(this.#span, verdict);
    this.#onSettled(this, verdict);
  }

  /** Settles as cancelled and tells the holder. */
  cancel(message: string): void {
    if (this.#settled) return;
    const { onCancel } = this;
    this.settle(transient('cancelled', message));
    onCancel?.();
  }
}
