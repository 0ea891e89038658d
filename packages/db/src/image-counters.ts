import type { DaoContext } from './dao-context.js';
import type { ImageExifDao } from './image-exif-dao-types.js';
import type { ClipCounters, ClipErrorClass, FailureGroup } from './image-types.js';
import { READ_COUNTERS } from './sql/list-images.js';

/** One line of `clip_counter`: how many rows share library, status, class, reason and quality. */
export interface CounterRow {
  readonly [column: string]: unknown;
  readonly library_id: number;
  readonly status: string;
  readonly error_class: string;
  readonly reason: string;
  readonly quality: string;
  readonly count: number;
}

function total(rows: readonly CounterRow[], matches: (row: CounterRow) => boolean): number {
  return rows.reduce((sum, row) => (matches(row) ? sum + row.count : sum), 0);
}

/** photos = encoded + pending + failed + skipped; missing rows are counted apart. */
export function sumCounters(rows: readonly CounterRow[]): ClipCounters {
  const withStatus = (status: string): number => total(rows, (row) => row.status === status);
  const ofQuality = (quality: string): number =>
    total(rows, (row) => row.status === 'encoded' && row.quality === quality);
  const missing = withStatus('missing');
  return {
    photos: total(rows, () => true) - missing,
    encoded: withStatus('encoded'),
    pending: withStatus('pending'),
    failed: withStatus('failed'),
    skipped: withStatus('skipped'),
    missing,
    preview: ofQuality('preview'),
    low: ofQuality('low'),
  };
}

/** Failed and waiting rows by reason, the most frequent first. */
export function groupFailures(rows: readonly CounterRow[]): readonly FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const { status, error_class: errorClass, reason, count } of rows) {
    if (errorClass === '' || (status !== 'failed' && status !== 'pending')) continue;
    const key = JSON.stringify([status, errorClass, reason]);
    const before = groups.get(key)?.count ?? 0;
    groups.set(key, { reason, errorClass: errorClass as ClipErrorClass, status, count: before + count });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || a.reason.localeCompare(b.reason));
}

export function createCounterDao({ lane }: DaoContext): Pick<ImageExifDao, 'counters' | 'failureGroups'> {
  async function readRows(libraryId: number | undefined): Promise<readonly CounterRow[]> {
    const rows = await lane.read((sql) => sql.all<CounterRow, never>(READ_COUNTERS, {}));
    return libraryId === undefined ? rows : rows.filter((row) => row.library_id === libraryId);
  }
  return {
    counters: async (libraryId) => sumCounters(await readRows(libraryId)),
    failureGroups: async (libraryId) => groupFailures(await readRows(libraryId)),
  };
}
