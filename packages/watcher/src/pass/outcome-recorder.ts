import type { EncodedOutcome } from '@clip-watch/clip-client';
import type { WriteResult } from '../clip-backlog.js';
import type { LedgerEntry, WorkItem } from '../ledger-entry.js';
import { SUSPICIOUS_STREAK } from '../memory/failure-streak.js';
import type { ClaimBook } from './claim-book.js';
import type { PlanFacts } from './drain-plan.js';
import { type KnownGoodVerdict, probeKnownGood } from './known-good.js';
import { createLedgerWriter, type LedgerWriter } from './ledger-writer.js';
import { type PassEnd, passEndFromError } from './pass-end.js';
import type { PassLog } from './pass-log.js';
import type { PassRun } from './pass-run.js';

/** Writes outcomes to the ledger, after the guards have checked them for streaks of failures. */
export class OutcomeRecorder {
  readonly #run: PassRun;
  readonly #log: PassLog;
  readonly #book: ClaimBook;
  readonly #writer: LedgerWriter;
  readonly #onFault: (end: PassEnd) => void;

  /** @param onFault told when the database refuses: the pass has to end */
  constructor(run: PassRun, book: ClaimBook, log: PassLog, onFault: (end: PassEnd) => void) {
    this.#run = run;
    this.#log = log;
    this.#book = book;
    this.#onFault = onFault;
    this.#writer = createLedgerWriter({
      backlog: run.deps.backlog,
      onWritten: (entries, result) => this.#onWritten(entries, result),
      onFailed: (error, entries) => this.#onWriteFailed(error, entries.length),
    });
  }

  /** What the plan needs to know about the current state. */
  facts({ candidate }: WorkItem): PlanFacts {
    const { now, random } = this.#run.options;
    const outages = this.#run.memory.outages.get(candidate.id);
    return { decoderVersion: this.#run.deps.decodeHost.decoderVersion, outages, now: now(), random };
  }

  /** Resolves when there is room for the next entry, not when this one is committed. */
  async record(
    entry: LedgerEntry,
    encoded?: { readonly answer: EncodedOutcome; readonly source: string },
  ): Promise<void> {
    this.#log.outcome(entry, encoded);
    await this.#pauseLibrary(entry);
    const verdict = this.#run.memory.guard.note(entry);
    for (const due of verdict.kind === 'write' ? verdict.entries : []) await this.#writer.add(due);
  }

  /**
   * Decides about the entries that are held back, and writes everything that is left.
   * @returns how the pass ends, if a streak of permanent failures turned out to be the encoder's fault
   */
  async settle(signal: AbortSignal): Promise<PassEnd | undefined> {
    const end = await this.#judgeHeldBack(signal);
    await this.#writer.flush();
    return end;
  }

  async #judgeHeldBack(signal: AbortSignal): Promise<PassEnd | undefined> {
    const { guard } = this.#run.memory;
    const { reason } = guard;
    const verdict = guard.isSuspicious ? await this.#probe(signal) : undefined;
    if (verdict === undefined || verdict.kind === 'good') {
      for (const entry of guard.settle()) await this.#writer.add(entry);
      return undefined;
    }
    await this.#revokeHeldBack();
    if (verdict.kind === 'unknown') return { kind: 'encoder-away', reason: verdict.message };
    return { kind: 'suspicious', reason: suspicion(reason, verdict.message) };
  }

  #probe(signal: AbortSignal): Promise<KnownGoodVerdict> {
    return probeKnownGood({ ...this.#run.deps, model: this.#run.model, signal });
  }

  async #revokeHeldBack(): Promise<void> {
    const { release, requeueIds } = this.#run.memory.guard.revoke();
    for (const entry of release) await this.#writer.add(entry);
    if (requeueIds.length === 0) return;
    await this.#run.deps.backlog
      .requeue({ ids: requeueIds })
      .catch((error: unknown) => this.#onWriteFailed(error, requeueIds.length));
  }

  async #pauseLibrary(entry: LedgerEntry): Promise<void> {
    const pause = this.#run.memory.pauses.note(entry);
    if (pause === undefined) return;
    const { id, name } = entry.item.library;
    this.#run.deps.log?.warn({ libraryId: id, library: name, ...pause }, 'clip_watch: library paused');
    await this.#run.deps.backlog
      .setLibraryState(id, 'paused', pause.reason)
      .catch((error: unknown) => this.#onWriteFailed(error, 0));
  }

  #onWritten(entries: readonly LedgerEntry[], result: WriteResult): void {
    for (const { item } of entries) this.#book.settle(item.token, [item.candidate.id]);
    this.#run.memory.progress.addWritten(entries, result);
    if (result.stale > 0) this.#run.deps.log?.debug({ ...result }, 'clip_watch: stale outcomes were dropped');
  }

  // The answer to any failed write is the same: wait, then go on with what is still pending.
  #onWriteFailed(error: unknown, rows: number): void {
    this.#log.writeFailed(error, rows);
    const end = passEndFromError(error);
    this.#onFault(end.kind === 'bug' ? { kind: 'database', reason: end.reason } : end);
  }
}

function suspicion(reason: string | undefined, message: string): string {
  return (
    `${SUSPICIOUS_STREAK} photos in a row failed with ${reason ?? 'one reason'}, and so did a picture that is certainly ` +
    `good (${message}). The photos are untouched; check the encoder.`
  );
}
