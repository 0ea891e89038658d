import { createHash } from 'node:crypto';
import type { Logger } from '@clip-watch/basics';
import type { EncodedOutcome } from '@clip-watch/clip-client';
import type { PluginLibrary } from '@clip-watch/plugin-api';
import type { ClipFailure } from '../clip-backlog.js';
import type { DrainCounts } from '../drain-types.js';
import type { SkipReason } from '../exclude/filter-excluded.js';
import type { LedgerEntry, WorkItem } from '../ledger-entry.js';
import { reasonRule } from '../reasons.js';

const MAX_DIGESTS = 1_000;

/** The drain's log lines in one place: their levels are a promise to people who grep for them. */
export interface PassLog {
  passStarts(library: PluginLibrary, pending: number, concurrency: number): void;
  passEnds(library: PluginLibrary, counts: DrainCounts, concurrency: number): void;
  skipped(libraryId: number, relPath: string, reason: SkipReason): void;
  readFailed(item: WorkItem, failure: { readonly reason: string; readonly message: string }): void;
  outcome(entry: LedgerEntry, outcome?: { readonly answer: EncodedOutcome; readonly source: string }): void;
  writeFailed(err: unknown, rows: number): void;
}

/** @param seenBugs remembers our own faults over passes, so that each is told once */
export function createPassLog(log: Logger | undefined, seenBugs: Set<string>): PassLog {
  return {
    passStarts: ({ id, name }, pending, concurrency) =>
      log?.info({ libraryId: id, library: name, count: pending, concurrency }, 'clip_watch: encoding pass starts'),
    passEnds: ({ id, name }, counts, concurrency) =>
      log?.info(
        { libraryId: id, library: name, count: counts.encoded, concurrency, ...counts },
        'clip_watch: encoding pass ends',
      ),
    skipped: (libraryId, relPath, reason) => log?.debug({ libraryId, relPath, reason }, 'clip_watch: skipped'),
    readFailed: (item, { reason, message }) =>
      log?.warn({ ...where(item), reason, message, ...remedy(reason) }, 'clip_watch: photo could not be read'),
    outcome(entry, encoded) {
      if (entry.kind === 'failure') logFailure(log, entry.item, entry.row, seenBugs);
      if (entry.kind === 'embedding' && encoded !== undefined) logEncoded(log, entry.item, encoded);
      if (entry.kind === 'crash') log?.warn(where(entry.item), 'clip_watch: the decoder died with this photo in hand');
      if (entry.kind === 'release') log?.debug(where(entry.item), 'clip_watch: given back untouched');
    },
    writeFailed: (err, rows) => log?.warn({ err, rows }, 'clip_watch: outcomes could not be written'),
  };
}

function where(item: WorkItem): { readonly libraryId: number; readonly imageId: number; readonly relPath: string } {
  return { libraryId: item.library.id, imageId: item.candidate.id, relPath: item.candidate.relPath };
}

function remedy(reason: string): { readonly remedy?: string } {
  const rule = reasonRule(reason);
  return rule === undefined ? {} : { remedy: rule.remedy };
}

function logEncoded(
  log: Logger | undefined,
  item: WorkItem,
  { answer, source }: { readonly answer: EncodedOutcome; readonly source: string },
): void {
  const { modelVersion, durationMs, embedding } = answer;
  log?.debug(
    { ...where(item), modelVersion, durationMs, source },
    `clip_watch: ${item.candidate.relPath} → dim=${embedding.length} (${durationMs}ms, ${modelVersion})`,
  );
}

function logFailure(log: Logger | undefined, item: WorkItem, row: ClipFailure, seenBugs: Set<string>): void {
  const { errorClass, reason, message, nextAttemptAt } = row;
  const fields = { ...where(item), errorClass, reason, message };
  if (row.final) log?.warn({ ...fields, ...remedy(reason) }, 'clip_watch: permanent failure');
  else if (errorClass === 'bug') logBug(log, fields, seenBugs);
  else if (reason === 'protocol') log?.warn(fields, 'clip_watch: bad embedding');
  else log?.debug({ ...fields, nextAttemptAt }, 'clip_watch: transient failure');
}

// The digest names the fault in a report; the same fault on a million photos is one line.
function logBug(
  log: Logger | undefined,
  fields: { readonly reason: string; readonly message: string },
  seenBugs: Set<string>,
): void {
  const digest = createHash('sha256').update(`${fields.reason}\n${fields.message}`).digest('hex').slice(0, 12);
  if (seenBugs.has(digest) || seenBugs.size >= MAX_DIGESTS) return;
  seenBugs.add(digest);
  log?.error({ ...fields, digest }, 'clip_watch: a fault of clip-watch itself; please report it with this digest');
}
