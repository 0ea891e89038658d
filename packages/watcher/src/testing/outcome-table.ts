/** The table of docs/photos.md that says what became of each format, made from real outcomes. */
import type { PreparedPicture } from '../picture-types.js';

export interface CollectedOutcome {
  readonly relPath: string;
  /** As the collection's manifest names it. */
  readonly format: string;
  readonly outcome: PreparedPicture;
}

/** Cells by row: files, encoded, of these `preview`, of these `low`, and the rest by reason. */
export type OutcomeTable = Readonly<Record<string, readonly string[]>>;

const FORMAT_NAMES: Readonly<Record<string, string>> = {
  APNG: 'PNG',
  HEIF: 'HEIC',
  'Extended WEBP': 'WebP',
  'WEBP (lossless)': 'WebP',
  'JXL Codestream': 'JPEG XL',
};

/** What a photo of the collection counts as in docs/photos.md. */
function formatOf(relPath: string, manifestFormat: string): string {
  if (relPath.startsWith('hostile/')) return 'damaged or hostile';
  const name = FORMAT_NAMES[manifestFormat] ?? manifestFormat;
  return relPath.startsWith('raw/') ? `RAW: ${name}` : name;
}

export function outcomeTable(collection: readonly CollectedOutcome[]): OutcomeTable {
  const rows: Record<string, PreparedPicture[]> = {};
  for (const { relPath, format, outcome } of collection) {
    for (const row of [formatOf(relPath, format), 'all']) rows[row] = [...(rows[row] ?? []), outcome];
  }
  return Object.fromEntries(Object.entries(rows).map(([name, outcomes]) => [name, cellsOf(outcomes)]));
}

function cellsOf(outcomes: readonly PreparedPicture[]): string[] {
  const encoded = outcomes.filter((one) => one.kind === 'pixels');
  const reasons: Record<string, number> = {};
  for (const one of outcomes) {
    const reason = one.kind === 'failed' ? one.reason : one.kind;
    if (reason !== 'pixels') reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  const flagged = (quality: string): number => encoded.filter((one) => one.quality === quality).length;
  const failed = Object.entries(reasons).map(([reason, count]) => `\`${reason}\` ${count}`);
  return [
    ...[outcomes.length, encoded.length, flagged('preview'), flagged('low')].map(String),
    failed.sort().join(', '),
  ];
}

/** The table below a heading of a document. */
export function documentedTable(markdown: string, heading: string): OutcomeTable {
  const [, section = ''] = markdown.split(`\n## ${heading}\n`);
  const lines = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('|'));
  const rows = lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return Object.fromEntries(rows.map(([first = '', ...rest]) => [first, rest]));
}
