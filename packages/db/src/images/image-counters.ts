import type { DaoContext } from '../dao-context.js';
import { READ_COUNTERS } from '../sql/list-images.js';
import { READ_MODEL_COUNTERS } from '../sql/read-clip-state.js';
import type { RowOf } from '../statement.js';
import type { ReadingDao } from './image-reading-types.js';
import type { ClipCounters, ClipErrorClass, FailureGroup } from './image-types.js';

/** How many rows share library, status, class, reason and quality. */
type CounterRow = RowOf<typeof READ_COUNTERS>;
/** Rows with an outcome in the model that is searched, and in the one that is wanted. */
type ModelCounterRow = RowOf<typeof READ_MODEL_COUNTERS>;

function total(rows: readonly CounterRow[], matches: (row: CounterRow) => boolean): number {
  return rows.reduce((sum, row) => (matches(row) ? sum + row.count : sum), 0);
}

/** photos = encoded + pending + failed + skipped; missing rows are counted apart. */
function sumCounters(rows: readonly CounterRow[], models: readonly ModelCounterRow[]): ClipCounters {
  const withStatus = (status: string): number => total(rows, (row) => row.status === status);
  const ofQuality = (quality: string): number =>
    total(rows, (row) => row.status === 'encoded' && row.quality === quality);
  const missing = withStatus('missing');
  const encoded = withStatus('encoded');
  const searchable = models.reduce((sum, { active }) => sum + active, 0);
  const renewed = models.reduce((sum, { wanted }) => sum + wanted, 0);
  return {
    photos: total(rows, () => true) - missing,
    encoded,
    searchable,
    outdated: encoded - renewed,
    pending: withStatus('pending'),
    failed: withStatus('failed'),
    skipped: withStatus('skipped'),
    missing,
    preview: ofQuality('preview'),
    low: ofQuality('low'),
  };
}

/** Failed and waiting rows by reason, the most frequent first. */
function groupFailures(rows: readonly CounterRow[]): readonly FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const { status, error_class: errorClass, reason, count } of rows) {
    if (errorClass === '' || status === 'missing') continue;
    // Encoded ones have trouble with the wanted model only: they wait, like pending ones.
    const standing = status === 'failed' ? 'failed' : 'pending';
    const key = JSON.stringify([standing, errorClass, reason]);
    const before = groups.get(key)?.count ?? 0;
    groups.set(key, { reason, errorClass: errorClass as ClipErrorClass, status: standing, count: before + count });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || a.reason.localeCompare(b.reason));
}

export function createCounterDao({ lane }: DaoContext): Pick<ReadingDao, 'counters' | 'failureGroups'> {
  const isOf =
    (libraryId: number | undefined) =>
    (row: { readonly library_id: number }): boolean =>
      libraryId === undefined || row.library_id === libraryId;
  return {
    counters: async (libraryId) => {
      // In one turn: between two of them a batch may be stored.
      const [rows, models] = await lane.read(async (sql) => [
        await sql.all(READ_COUNTERS, {}),
        await sql.all(READ_MODEL_COUNTERS, {}),
      ]);
      return sumCounters(rows.filter(isOf(libraryId)), models.filter(isOf(libraryId)));
    },
    failureGroups: async (libraryId) => {
      const rows = await lane.read((sql) => sql.all(READ_COUNTERS, {}));
      return groupFailures(rows.filter(isOf(libraryId)));
    },
  };
}
