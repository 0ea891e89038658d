import { setMaxListeners } from 'node:events';
import type { EncodeOutcome, ImageToEncode } from '@clip-watch/clip-client';
import type { PluginLibrary } from '@clip-watch/plugin-api';
import type { ClipQuality } from '../clip-backlog.js';
import type { LedgerEntry, WorkItem } from '../ledger-entry.js';
import { ClaimBook } from './claim-book.js';
import { planChanged, planOutcome, planPictureFailure } from './drain-plan.js';
import { OutcomeRecorder } from './outcome-recorder.js';
import { type PageSourceOptions, pageItems } from './page-source.js';
import { type PassEnd, passEndFromError } from './pass-end.js';
import { createPassLog, type PassLog } from './pass-log.js';
import type { PassRun } from './pass-run.js';
import { PassTally } from './pass-tally.js';
import { PictureSlots } from './picture-slots.js';
import { type PictureStep, preparePicture, targetOf } from './picture-step.js';
import { prepareAhead } from './prepare-ahead.js';

/** Kept from the moment a picture is ready until it has been answered. */
interface InHand {
  readonly item: WorkItem;
  readonly quality: ClipQuality;
  readonly source: string;
}

/**
 * One pass over each library, page by page in turns, over one stream to the encoder: its window stays full between
 * pages and libraries. Nothing is sent, logged or written when no row is due.
 *
 * Every claimed row ends with an outcome in the ledger or is given back before this resolves.
 */
export async function runClipEncodingPass(run: PassRun): Promise<PassEnd> {
  const { deps, options } = run;
  if (!deps.clipClient.isEnabled || run.libraries.length === 0) return { kind: 'done', worked: false };
  await using book = new ClaimBook({ backlog: deps.backlog, leaseMs: options.leaseMs, log: deps.log });
  return await new EncodingPass(run, book).run();
}

class EncodingPass {
  readonly #run: PassRun;
  readonly #book: ClaimBook;
  readonly #log: PassLog;
  readonly #tally: PassTally;
  readonly #recorder: OutcomeRecorder;
  readonly #slots: PictureSlots;
  /** Keyed by a number of their own: a photo that changed in the meantime may be in here twice. */
  readonly #inHand = new Map<number, InHand>();
  #sent = 0;
  readonly #abort = new AbortController();
  readonly #settledBefore: number;
  /** What made the pass end early, other than the encoder. */
  #fault: PassEnd | undefined;

  constructor(run: PassRun, book: ClaimBook) {
    this.#run = run;
    this.#book = book;
    // Every picture in hand listens to this signal, which is more than the number at which Node warns of a leak.
    setMaxListeners(0, this.#abort.signal);
    this.#settledBefore = run.memory.progress.settled;
    this.#log = createPassLog(run.deps.log, run.memory.bugs);
    this.#tally = new PassTally(run, this.#log);
    this.#recorder = new OutcomeRecorder(run, book, this.#log, (end) => this.#stopOn(end));
    this.#slots = new PictureSlots(() => windowOf(run) + run.options.decodeThreads);
  }

  async run(): Promise<PassEnd> {
    const onHard = (): void => this.#abort.abort(this.#run.hard.reason);
    this.#run.hard.addEventListener('abort', onHard, { once: true });
    if (this.#run.hard.aborted) onHard();
    try {
      return await this.#encodeThenSettle();
    } finally {
      this.#run.hard.removeEventListener('abort', onHard);
      this.#tally.logEnds();
    }
  }

  async #encodeThenSettle(): Promise<PassEnd> {
    const fault = await this.#encodeAll().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const verdict = await this.#recorder.settle(this.#abort.signal);
    if (this.#fault !== undefined) return this.#fault;
    if (verdict !== undefined) return verdict;
    if (this.#run.hard.aborted || this.#run.soft.aborted) return { kind: 'stopped' };
    if (fault !== undefined) return passEndFromError(fault.error);
    return { kind: 'done', worked: this.#run.memory.progress.settled > this.#settledBefore };
  }

  async #encodeAll(): Promise<void> {
    const items = pageItems(this.#sourceOptions());
    const first = await items.next();
    // Asking the encoder for a stream that carries nothing would wake a sleeping machine.
    if (first.done) return;
    const images = prepareAhead<WorkItem, ImageToEncode>({
      work: startingWith(first.value, items),
      slots: this.#slots,
      signal: this.#abort.signal,
      prepare: (item) => this.#prepare(item),
    });
    const outcomes = this.#run.deps.clipClient.encodeImages(images, { signal: this.#abort.signal });
    try {
      for await (const outcome of outcomes) await this.#onOutcome(outcome);
    } finally {
      // Needed when the client never began to read: a generator that was never started does not run its `finally`.
      await images.return(undefined);
      await items.return(undefined);
    }
  }

  async #prepare(item: WorkItem): Promise<ImageToEncode | undefined> {
    const step = await preparePicture(item, targetOf(this.#run.model), {
      decodeHost: this.#run.deps.decodeHost,
      signal: this.#abort.signal,
    });
    if (step.kind === 'ready') {
      this.#run.memory.pauses.noteRead(item.library.id);
      const key = this.#sent++;
      this.#inHand.set(key, { item, quality: step.quality, source: step.source });
      return { ...step.image, imageId: key };
    }
    this.#slots.free();
    const entry = this.#planStep(item, step);
    if (entry !== undefined) await this.#recorder.record(entry);
    return undefined;
  }

  #planStep(item: WorkItem, step: Exclude<PictureStep, { kind: 'ready' }>): LedgerEntry | undefined {
    switch (step.kind) {
      case 'dropped':
        return undefined; // the book gives it back
      case 'no-decoder':
        this.#stopOn({ kind: 'decoder-away', reason: step.reason });
        return undefined;
      case 'crashed':
        return { kind: 'crash', item };
      case 'changed':
        this.#tellChanged(item);
        return planChanged(item, this.#recorder.facts(item));
      case 'failed':
        if (step.failure.errorClass === 'environment') this.#log.readFailed(item, step.failure);
        return planPictureFailure(item, step.failure, this.#recorder.facts(item));
    }
  }

  #tellChanged({ library, candidate }: WorkItem): void {
    for (const listener of this.#run.memory.changedListeners) {
      try {
        listener(library.id, candidate.relPath);
      } catch (err) {
        // A listener that throws must not end the pass; the photo waits for the next scan.
        this.#run.deps.log?.error({ err, libraryId: library.id }, 'clip_watch: a listener for changed photos threw');
      }
    }
  }

  async #onOutcome(outcome: EncodeOutcome): Promise<void> {
    const inHand = this.#inHand.get(outcome.imageId);
    if (inHand === undefined) return;
    this.#inHand.delete(outcome.imageId);
    this.#slots.free();
    const { item, quality, source } = inHand;
    const expected = { modelVersion: this.#run.model.version, dimension: this.#run.model.dimension };
    const entry = planOutcome(item, outcome, { ...this.#recorder.facts(item), quality, expected });
    this.#noteOutage(item.candidate.id, outcome);
    await this.#recorder.record(entry, outcome.kind === 'encoded' ? { answer: outcome, source } : undefined);
  }

  #noteOutage(imageId: number, outcome: EncodeOutcome): void {
    const { outages } = this.#run.memory;
    if (outcome.kind !== 'transient') outages.clear(imageId);
    else if (outcome.reason === 'unavailable') outages.add(imageId);
  }

  #stopOn(end: PassEnd): void {
    this.#fault ??= end;
    this.#abort.abort(new Error('the pass ends early'));
  }

  #sourceOptions(): PageSourceOptions {
    const { deps, options, model, lane, libraries, memory, soft, retried } = this.#run;
    const { owner, leaseMs, pageSize, maxPerTick } = options;
    return {
      backlog: deps.backlog,
      book: this.#book,
      request: { owner, leaseMs, wantedModelVersion: model.version, lane },
      pageSize,
      maxPerTick,
      retried,
      libraryIds: libraries.map(({ id }) => id),
      takeWoken: () => takeAll(memory.woken),
      current: (libraryId) => this.#currentLibrary(libraryId),
      isStopping: () => soft.aborted || this.#abort.signal.aborted || memory.guard.isSuspicious,
      isPaused: (libraryId) => memory.pauses.current(libraryId) !== undefined,
      onPage: (library, page, copied) => this.#tally.onPage(library, page, copied),
    };
  }

  /** The library with its current rules; undefined when its root is gone or its disk is failing. */
  async #currentLibrary(libraryId: number): Promise<PluginLibrary | undefined> {
    const { deps, memory } = this.#run;
    if (memory.pauses.current(libraryId) !== undefined) return undefined;
    if ((await deps.backlog.findLibrary(libraryId))?.state !== 'online') return undefined;
    return (await deps.libraries()).find(({ id }) => id === libraryId);
  }
}

function takeAll<T>(set: Set<T>): readonly T[] {
  const values = [...set];
  set.clear();
  return values;
}

/** The windows of all encoders added up. */
function windowOf({ deps }: PassRun): number {
  const windows = deps.clipClient.health().encoders.map(({ window }) => window);
  const together = windows.reduce((sum, window) => sum + window, 0);
  return Math.max(deps.clipClient.concurrency, together);
}

async function* startingWith<T>(first: T, rest: AsyncGenerator<T>): AsyncGenerator<T, void, undefined> {
  yield first;
  yield* rest;
}
