import type { Logger } from '@clip-watch/basics';
import type { ClipBacklog, ClipClaim } from '../clip-backlog.js';

export interface ClaimBookOptions {
  readonly backlog: Pick<ClipBacklog, 'extendClaim' | 'releaseClaims'>;
  readonly leaseMs: number;
  readonly log?: Logger | undefined;
}

/** Tracks claimed rows that have no outcome yet: extends their leases, and releases them at the end. */
export class ClaimBook implements AsyncDisposable {
  readonly #options: ClaimBookOptions;
  readonly #open = new Map<string, Set<number>>();
  readonly #timer: NodeJS.Timeout;
  #extending: Promise<void> = Promise.resolve();

  constructor(options: ClaimBookOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#extending = this.#extending.then(() => this.#extend());
    }, options.leaseMs / 3);
    this.#timer.unref();
  }

  add(claim: ClipClaim): void {
    if (claim.candidates.length > 0) this.#open.set(claim.token, new Set(claim.candidates.map(({ id }) => id)));
  }

  /** The outcome of these rows is committed, or they were given back. */
  settle(token: string, imageIds: readonly number[]): void {
    const rows = this.#open.get(token);
    for (const id of imageIds) rows?.delete(id);
    if (rows?.size === 0) this.#open.delete(token);
  }

  /** Gives rows back untouched, now. */
  async release(token: string, imageIds: readonly number[]): Promise<void> {
    if (imageIds.length === 0) return;
    await this.#options.backlog.releaseClaims(token, { ids: imageIds });
    this.settle(token, imageIds);
  }

  /** Releases whatever is still open. If the database refuses, the leases run out by themselves. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#extending;
    for (const [token, rows] of [...this.#open]) {
      await this.release(token, [...rows]).catch((err: unknown) =>
        this.#options.log?.warn({ err, rows: rows.size }, 'clip_watch: claims could not be given back'),
      );
    }
  }

  async #extend(): Promise<void> {
    for (const token of this.#open.keys()) {
      // A lost lease costs a second encode, never a wrong row: outcomes are written only if the token still matches.
      await this.#options.backlog
        .extendClaim(token, this.#options.leaseMs)
        .catch((err: unknown) => this.#options.log?.warn({ err }, 'clip_watch: a claim could not be extended'));
    }
  }
}
