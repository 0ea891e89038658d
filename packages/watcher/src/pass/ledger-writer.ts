import { setTimeout as sleep } from 'node:timers/promises';
import type { ClipBacklog, WriteResult } from '../clip-backlog.js';
import type { LedgerEntry } from '../ledger-entry.js';

const MAX_ROWS = 100;
const MAX_DELAY_MS = 200;
/** Entries that may queue up behind a slow database before `add` waits too. */
const MAX_WAITING = 4 * MAX_ROWS;
const SECOND_TRY_MS = 1_000;

type Writes = Pick<ClipBacklog, 'backfillClipEmbeddings' | 'recordClipFailures' | 'releaseClaims'>;

export interface LedgerWriterOptions {
  readonly backlog: Writes;
  /** Told after a commit; an entry counts as done only then. */
  onWritten(entries: readonly LedgerEntry[], result: WriteResult): void;
  /** The database refused twice. The outcomes are dropped; their claims are still held. */
  onFailed(error: unknown, entries: readonly LedgerEntry[]): void;
}

/** Gathers outcomes and writes them up to 100 rows or 200 ms at a time, whichever comes first. */
export interface LedgerWriter {
  /** Resolves when there is room for the next one; nothing is written yet then. */
  add(entry: LedgerEntry): Promise<void>;
  /** Writes everything that was added before. Never rejects: failures go to `onFailed`. */
  flush(): Promise<void>;
}

export function createLedgerWriter(options: LedgerWriterOptions): LedgerWriter {
  let waiting: LedgerEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;

  const writeOneBatch = async (): Promise<void> => {
    const batch = waiting.slice(0, MAX_ROWS);
    waiting = waiting.slice(MAX_ROWS);
    await writeBatch(batch, options);
  };
  // A full batch is written right away; entries that arrive meanwhile gather into the next one.
  const write = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing ??= writeOneBatch().finally(() => {
      writing = undefined;
      if (waiting.length >= MAX_ROWS) void write();
      else if (waiting.length > 0) arm();
    });
    return writing;
  };
  const arm = (): void => {
    timer ??= setTimeout(() => void write(), MAX_DELAY_MS);
  };
  return {
    async add(entry) {
      waiting.push(entry);
      if (waiting.length >= MAX_ROWS) void write();
      else arm();
      while (waiting.length >= MAX_WAITING) await write();
    },
    async flush() {
      while (waiting.length > 0 || writing !== undefined) await write();
    },
  };
}

interface Statement {
  readonly entries: readonly LedgerEntry[];
  run(): Promise<WriteResult>;
}

// Each statement is retried on its own, so that nothing that was committed is sent again.
async function writeBatch(batch: readonly LedgerEntry[], options: LedgerWriterOptions): Promise<void> {
  for (const statement of statementsOf(batch, options.backlog)) {
    try {
      options.onWritten(statement.entries, await withSecondTry(statement.run));
    } catch (error) {
      options.onFailed(error, statement.entries);
    }
  }
}

async function withSecondTry<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch {
    await sleep(SECOND_TRY_MS);
    return run(); // the second error is the one that is told
  }
}

function statementsOf(batch: readonly LedgerEntry[], backlog: Writes): readonly Statement[] {
  const embeddings = batch.filter((entry) => entry.kind === 'embedding');
  const failures = batch.filter((entry) => entry.kind === 'failure');
  return [
    {
      entries: embeddings,
      run: () => backlog.backfillClipEmbeddings(embeddings.map(({ row }) => row)),
    },
    { entries: failures, run: () => backlog.recordClipFailures(failures.map(({ row }) => row)) },
    ...releasesOf(batch, backlog),
  ].filter(({ entries }) => entries.length > 0);
}

function releasesOf(batch: readonly LedgerEntry[], backlog: Writes): readonly Statement[] {
  const given = batch.filter((entry) => entry.kind === 'release' || entry.kind === 'crash');
  const tokens = new Set(given.map(({ item }) => item.token));
  return [...tokens].map((token) => {
    const entries = given.filter(({ item }) => item.token === token);
    const ids = entries.map(({ item }) => item.candidate.id);
    const crashedIds = entries.filter(({ kind }) => kind === 'crash').map(({ item }) => item.candidate.id);
    const run = async (): Promise<WriteResult> => {
      const written = await backlog.releaseClaims(token, { ids, crashedIds });
      return { written, stale: ids.length - written, shared: 0 };
    };
    return { entries, run };
  });
}
