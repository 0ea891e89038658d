import type { ClipModel, EncodeOutcome, ImageToEncode } from '@clip-watch/clip-client';
import type { ClipQuality, Library, WriteResult } from '@clip-watch/db';
import type { PluginLibrary } from '@clip-watch/plugin-api';
import { ClaimBook } from './claim-book.js';
import type { DrainMemory } from './drain-memory.js';
import type { ResolvedDrainOptions } from './drain-options.js';
import {
  type LedgerEntry,
  type PlanFacts,
  planChanged,
  planOutcome,
  planPictureFailure,
  type WorkItem,
} from './drain-plan.js';
import { countsSince } from './drain-progress.js';
import type { DrainCounts, DrainDeps } from './drain-types.js';
import { SUSPICIOUS_ROW } from './failure-streak.js';
import type { FilteredPage } from './filter-excluded.js';
import { type KnownGoodVerdict, probeKnownGood } from './known-good.js';
import { createLedgerWriter, type LedgerWriter } from './ledger-writer.js';
import { pageItems } from './page-source.js';
import { type PassEnd, passEndFromError } from './pass-end.js';
import { createPassLog, type PassLog } from './pass-log.js';
import { PictureSlots } from './picture-slots.js';
import { type PictureStep, preparePicture, targetOf } from './picture-step.js';
import { prepareAhead } from './prepare-ahead.js';

export interface PassRun {
  readonly deps: DrainDeps;
  readonly options: ResolvedDrainOptions;
  readonly memory: DrainMemory;
  readonly model: ClipModel;
  readonly lane: 'fresh-and-due' | 'retries';
  /** Rows that had their retry in this round, by id. */
  readonly retried: Set<number>;
  /** The libraries to work on, in turns. */
  readonly libraries: readonly Library[];
  /** Aborted: take no new photos, let those under way end. */
  readonly soft: AbortSignal;
  /** Aborted: drop what is under way. */
  readonly hard: AbortSignal;
}

/** Kept from the moment a picture is ready until its answer. */
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
  if (!run.deps.clipClient.isEnabled || run.libraries.length === 0) return { kind: 'done', worked: false };
  await using book = new ClaimBook({
    images: run.deps.database.images,
    leaseMs: run.options.leaseMs,
    log: run.deps.log,
  });
  return await new EncodingPass(run, book).run();
}

class EncodingPass {
  readonly #run: PassRun;
  readonly #book: ClaimBook;
  readonly #log: PassLog;
  readonly #writer: LedgerWriter;
  readonly #slots: PictureSlots;
  readonly #inHand = new Map<number, InHand>();
  readonly #abort = new AbortController();
  readonly #settledBefore: number;
  readonly #started = new Map<number, { readonly library: PluginLibrary; readonly before: DrainCounts }>();
  /** What made the pass end early, other than the encoder. */
  #fault: PassEnd | undefined;

  constructor(run: PassRun, book: ClaimBook) {
    this.#run = run;
    this.#book = book;
    this.#settledBefore = run.memory.progress.settled;
    this.#log = createPassLog(run.deps.log, run.memory.bugs);
    this.#slots = new PictureSlots(() => windowOf(run) + run.options.decodeThreads);
    this.#writer = createLedgerWriter({
      images: run.deps.database.images,
      onWritten: (entries, result) => this.#onWritten(entries, result),
      onFailed: (error, entries) => this.#onWriteFailed(error, entries),
    });
  }

  async run(): Promise<PassEnd> {
    const onHard = (): void => this.#abort.abort(this.#run.hard.reason);
    this.#run.hard.addEventListener('abort', onHard, { once: true });
    if (this.#run.hard.aborted) onHard();
    try {
      return await this.#encodeThenSettle();
    } finally {
      this.#run.hard.removeEventListener('abort', onHard);
      this.#logEnds();
    }
  }

  async #encodeThenSettle(): Promise<PassEnd> {
    const fault = await this.#encodeAll().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const verdict = await this.#judgeHeldBack();
    await this.#writer.flush();
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
      // Also when the client never began to read: a generator that did not start does not run its own `finally`.
      await images.return(undefined);
      await items.return(undefined);
    }
  }

  // ---- from a candidate to a picture

  async #prepare(item: WorkItem): Promise<ImageToEncode | undefined> {
    const step = await preparePicture(item, targetOf(this.#run.model), {
      decodeHost: this.#run.deps.decodeHost,
      signal: this.#abort.signal,
    });
    if (step.kind === 'ready') {
      this.#run.memory.pauses.noteRead(item.library.id);
      this.#inHand.set(item.candidate.id, { item, quality: step.quality, source: step.source });
      return step.image;
    }
    this.#slots.free();
    const entry = this.#planStep(item, step);
    if (entry !== undefined) await this.#record(entry);
    return undefined;
  }

  #planStep(item: WorkItem, step: Exclude<PictureStep, { kind: 'ready' }>): LedgerEntry | undefined {
    if (step.kind === 'dropped') return undefined; // the book gives it back
    if (step.kind === 'no-decoder') {
      this.#stopOn({ kind: 'decoder-away', reason: step.reason });
      return undefined;
    }
    if (step.kind === 'crashed') return { kind: 'crash', item };
    if (step.kind === 'changed') {
      this.#tellChanged(item);
      return planChanged(item, this.#facts(item));
    }
    const { reason, message } = step.failure;
    if (step.failure.errorClass === 'environment') this.#log.readFailed(item, reason, message);
    return planPictureFailure(item, step.failure, this.#facts(item));
  }

  #tellChanged(item: WorkItem): void {
    for (const listener of this.#run.memory.changedListeners) listener(item.library.id, item.candidate.relPath);
  }

  // ---- from an answer to the ledger

  async #onOutcome(outcome: EncodeOutcome): Promise<void> {
    const inHand = this.#inHand.get(outcome.imageId);
    if (inHand === undefined) return;
    this.#inHand.delete(outcome.imageId);
    this.#slots.free();
    const { item, quality, source } = inHand;
    const expected = { modelVersion: this.#run.model.version, dimension: this.#run.model.dimension };
    const entry = planOutcome(item, outcome, { ...this.#facts(item), quality, expected });
    this.#noteWitness(outcome);
    await this.#record(entry, outcome.kind === 'encoded' ? { answer: outcome, source } : undefined);
  }

  #noteWitness(outcome: EncodeOutcome): void {
    const { witnesses } = this.#run.memory;
    if (outcome.kind !== 'transient') witnesses.clear(outcome.imageId);
    else if (outcome.reason === 'unavailable') witnesses.add(outcome.imageId);
  }

  async #record(entry: LedgerEntry, encoded?: Parameters<PassLog['outcome']>[1]): Promise<void> {
    const { memory } = this.#run;
    this.#log.outcome(entry, encoded);
    await this.#pauseLibrary(entry);
    const verdict = memory.guard.note(entry);
    for (const due of verdict.kind === 'write' ? verdict.entries : []) await this.#writer.add(due);
  }

  async #pauseLibrary(entry: LedgerEntry): Promise<void> {
    const pause = this.#run.memory.pauses.note(entry);
    if (pause === undefined) return;
    const { id, name } = entry.item.library;
    this.#run.deps.log?.warn({ libraryId: id, library: name, ...pause }, 'clip_watch: library paused');
    const paused = { state: 'paused', stateReason: pause.reason } as const;
    await this.#run.deps.database.libraries.update(id, paused).catch((error) => this.#onWriteFailed(error, []));
  }

  /** @returns how the pass ends if a row of permanent failures was no fault of the photos */
  async #judgeHeldBack(): Promise<PassEnd | undefined> {
    const { guard } = this.#run.memory;
    const { reason } = guard;
    const verdict = guard.isSuspicious ? await this.#probe() : undefined;
    if (verdict === undefined || verdict.kind === 'good') {
      for (const entry of guard.settle()) await this.#writer.add(entry);
      return undefined;
    }
    await this.#revokeHeldBack();
    if (verdict.kind === 'unknown') return { kind: 'encoder-away', reason: verdict.message };
    return { kind: 'suspicious', reason: suspicion(reason, verdict.message) };
  }

  #probe(): Promise<KnownGoodVerdict> {
    return probeKnownGood({ ...this.#run.deps, model: this.#run.model, signal: this.#abort.signal });
  }

  async #revokeHeldBack(): Promise<void> {
    const { release, requeueIds } = this.#run.memory.guard.revoke();
    for (const entry of release) await this.#writer.add(entry);
    if (requeueIds.length === 0) return;
    await this.#run.deps.database.images
      .requeue({ ids: requeueIds })
      .catch((error: unknown) => this.#onWriteFailed(error, []));
  }

  // ---- the database's side

  #onWritten(entries: readonly LedgerEntry[], result: WriteResult): void {
    for (const { item } of entries) this.#book.settle(item.token, [item.candidate.id]);
    this.#run.memory.progress.addWritten(entries, result);
    if (result.stale > 0) this.#run.deps.log?.debug({ ...result }, 'clip_watch: stale outcomes were dropped');
  }

  #onWriteFailed(error: unknown, entries: readonly LedgerEntry[]): void {
    this.#log.writeFailed(error, entries.length);
    this.#stopOn(writeFaultEnd(error));
  }

  #stopOn(end: PassEnd): void {
    this.#fault ??= end;
    this.#abort.abort(new Error('the pass ends early'));
  }

  #facts(item: WorkItem): PlanFacts {
    const { now, random } = this.#run.options;
    const outages = this.#run.memory.witnesses.get(item.candidate.id);
    return { decoderVersion: this.#run.deps.decodeHost.decoderVersion, outages, now: now(), random };
  }

  // ---- the source's side

  #sourceOptions(): Parameters<typeof pageItems>[0] {
    const { deps, options, model, lane, libraries, memory, soft, retried } = this.#run;
    const { owner, leaseMs, pageSize, maxPerTick } = options;
    return {
      images: deps.database.images,
      book: this.#book,
      request: { owner, leaseMs, wantedModelVersion: model.version, lane },
      pageSize,
      maxPerTick,
      retried,
      libraryIds: libraries.map(({ id }) => id),
      current: async (libraryId) => {
        if (memory.pauses.current(libraryId) !== undefined) return undefined;
        return (await deps.libraries()).find(({ id }) => id === libraryId);
      },
      isStopping: () => soft.aborted || this.#abort.signal.aborted || memory.guard.isSuspicious,
      isPaused: (libraryId) => memory.pauses.current(libraryId) !== undefined,
      onPage: (library, page, copied) => this.#onPage(library, page, copied),
    };
  }

  async #onPage(library: PluginLibrary, page: FilteredPage, copied: number): Promise<void> {
    if (page.kept.length + page.skipped.length + copied === 0) return;
    const { progress } = this.#run.memory;
    if (!this.#started.has(library.id)) await this.#logStart(library);
    progress.add(library.id, 'copied', copied);
    progress.add(library.id, 'skipped', page.skipped.length);
    for (const { candidate, reason } of page.skipped) this.#log.skipped(library.id, candidate.relPath, reason);
  }

  async #logStart(library: PluginLibrary): Promise<void> {
    const { deps, memory } = this.#run;
    this.#started.set(library.id, { library, before: memory.progress.of(library.id) });
    const { pending } = await deps.database.images.counters(library.id);
    this.#log.passStarts(library, pending, deps.clipClient.concurrency);
  }

  #logEnds(): void {
    for (const { library, before } of this.#started.values()) {
      const counts = countsSince(before, this.#run.memory.progress.of(library.id));
      this.#log.passEnds(library, counts, this.#run.deps.clipClient.concurrency);
    }
  }
}

/** Unanswered pictures that all encoders together take. */
function windowOf({ deps }: PassRun): number {
  const windows = deps.clipClient.health().encoders.map(({ window }) => window);
  return Math.max(
    deps.clipClient.concurrency,
    windows.reduce((sum, window) => sum + window, 0),
  );
}

async function* startingWith<T>(first: T, rest: AsyncGenerator<T>): AsyncGenerator<T, void, undefined> {
  yield first;
  yield* rest;
}

function suspicion(reason: string | undefined, message: string): string {
  return (
    `${SUSPICIOUS_ROW} photos in a row failed with ${reason ?? 'one reason'}, and so did a picture that is certainly ` +
    `good (${message}). The photos are untouched; check the encoder.`
  );
}

// Whatever a write fails with, the way out is the same: wait, then work on what is still pending.
function writeFaultEnd(error: unknown): PassEnd {
  const end = passEndFromError(error);
  return end.kind === 'bug' ? { kind: 'database', reason: end.reason } : end;
}
