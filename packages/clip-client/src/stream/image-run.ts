import type { EncoderPool } from '../encoder/encoder-pool.js';
import { ClipClientError } from '../errors.js';
import type { EncodeOutcome, ImageToEncode } from '../types.js';
import { toOutcome, type Verdict } from './encode-outcome.js';
import { ImageJob } from './image-job.js';

/** Outcomes that a caller may leave unread before no further image is taken. */
const MAX_UNREAD = 1024;

type Images = AsyncIterable<ImageToEncode> | Iterable<ImageToEncode>;

/**
 * One call of `encodeImages`. States: `taking` images as places become free; `finishing`: no more is taken (the caller
 * has no more, the pool is down, or the signal came), what was taken still gets its outcome; `over`.
 */
export class ImageRun {
  readonly #pool: EncoderPool;
  readonly #jobs = new Set<ImageJob>();
  readonly #outcomes: EncodeOutcome[] = [];
  readonly #iterator: AsyncIterator<ImageToEncode> | Iterator<ImageToEncode>;
  #isTaking = true;
  #isPulling = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(pool: EncoderPool, images: Images) {
    this.#pool = pool;
    this.#iterator = Symbol.asyncIterator in images ? images[Symbol.asyncIterator]() : images[Symbol.iterator]();
  }

  /** Yields every outcome, then throws what ended the run early, if anything did. */
  async *outcomesUntilDone(signal: AbortSignal | undefined): AsyncGenerator<EncodeOutcome, void, undefined> {
    const cancel = (): void => this.#cancel('the caller cancelled');
    signal?.addEventListener('abort', cancel, { once: true });
    const stopListening = this.#pool.onChange(() => this.#onPoolChange());
    const wish = this.#pool.wish();
    try {
      if (signal?.aborted) cancel();
      this.#onPoolChange();
      yield* this.#drainOutcomes();
      if (this.#failure) throw this.#failure;
    } finally {
      stopListening();
      wish.release();
      signal?.removeEventListener('abort', cancel);
      this.#abandon();
    }
  }

  async *#drainOutcomes(): AsyncGenerator<EncodeOutcome, void, undefined> {
    for (;;) {
      for (let next = this.#outcomes.shift(); next; next = this.#outcomes.shift()) {
        yield next;
        this.#pull();
      }
      if (this.#isDone) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  get #isDone(): boolean {
    if (this.#isTaking || this.#jobs.size > 0 || this.#outcomes.length > 0) return false;
    // An image that the caller is just handing over still gets its outcome, unless it was the caller who gave up.
    return !this.#isPulling || (this.#failure !== undefined && isCancelled(this.#failure));
  }

  #onPoolChange(): void {
    if (this.#isTaking) this.#stopWhenHopeless();
    this.#pull();
    this.#wakeUp();
  }

  #stopWhenHopeless(): void {
    const { state } = this.#pool;
    if (state === 'closed') this.#stop(new ClipClientError('CANCELLED', 'the client was closed'));
    else if (state === 'down')
      this.#stop(new ClipClientError('UNAVAILABLE', `no encoder can take images: ${this.#pool.describeTrouble()}`));
    else if (state === 'misconfigured')
      this.#stop(new ClipClientError('MISCONFIGURED', `every encoder refuses: ${this.#pool.describeTrouble()}`));
  }

  /** Asks the caller for one image at a time, and only while an encoder has a place for it. */
  #pull(): void {
    if (!this.#isTaking || this.#isPulling || this.#pool.room < 1) return;
    if (this.#outcomes.length + this.#jobs.size > MAX_UNREAD) return;
    this.#isPulling = true;
    this.#takeNext().catch((error: unknown) => {
      this.#isPulling = false;
      this.#stop(error instanceof Error ? error : new Error(String(error)));
    });
  }

  async #takeNext(): Promise<void> {
    const next = await this.#iterator.next();
    this.#isPulling = false;
    if (next.done) this.#stop(undefined);
    else this.#take(next.value);
    this.#pull();
  }

  #take(image: ImageToEncode): void {
    const job = new ImageJob(image, this.#onSettled);
    this.#jobs.add(job);
    if (this.#failure && isCancelled(this.#failure)) job.cancel(this.#failure.message);
    else this.#pool.submit(job);
  }

  readonly #onSettled = (job: ImageJob, verdict: Verdict): void => {
    this.#jobs.delete(job);
    this.#outcomes.push(toOutcome(job.image, verdict));
    this.#wakeUp();
  };

  #stop(failure: Error | undefined): void {
    this.#failure ??= failure;
    this.#isTaking = false;
    this.#wakeUp();
  }

  #cancel(message: string): void {
    this.#stop(new ClipClientError('CANCELLED', message));
    for (const job of [...this.#jobs]) job.cancel(message);
  }

  /** The caller left: nobody reads further outcomes. */
  #abandon(): void {
    this.#isTaking = false;
    for (const job of [...this.#jobs]) job.cancel('the caller left');
    // Not awaited: a generator that is still preparing an image would hold this up for as long as it takes.
    void this.#closeSource();
  }

  async #closeSource(): Promise<void> {
    try {
      await this.#iterator.return?.();
    } catch {
      // The caller's own clean-up failed after its images had their outcomes; what it threw before that was told.
    }
  }

  /** Only for news: most changes of the pool are none for the reader. */
  #wakeUp(): void {
    if (this.#outcomes.length === 0 && !this.#isDone) return;
    this.#wake?.();
    this.#wake = undefined;
  }
}

function isCancelled(error: Error): boolean {
  return error instanceof ClipClientError && error.code === 'CANCELLED';
}
