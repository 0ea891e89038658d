import { digest, type TableRow } from './table.js';

/** What the product said was done. It must stay done, with the same vector, as long as the bytes are the same. */
export interface Acknowledged {
  readonly size: number;
  /** The API said that these are encoded. */
  note(relPaths: readonly string[]): void;
  /** @throws Error naming what the table has lost */
  check(rows: readonly TableRow[], when: string): void;
}

export function createAcknowledged(): Acknowledged {
  const said = new Set<string>();
  const vectors = new Map<string, string>();
  return {
    get size() {
      return said.size;
    },
    note(relPaths) {
      for (const relPath of relPaths) said.add(relPath);
    },
    check(rows, when) {
      const byPath = new Map(rows.map((row) => [row.relPath, row]));
      if (byPath.size !== rows.length) throw new Error(`${when}: a photo has two rows`);
      const lost = [...said].filter((relPath) => {
        const row = byPath.get(relPath);
        return row?.status !== 'encoded' || row.vector === null || row.isMissing;
      });
      if (lost.length > 0)
        throw new Error(`${when}: acknowledged and lost: ${lost.slice(0, 5).join(', ')} (${lost.length})`);
      for (const { relPath, vector } of rows) {
        if (vector === null) continue;
        const now = digest(vector);
        const before = vectors.get(relPath) ?? now;
        if (before !== now) throw new Error(`${when}: the vector of ${relPath} became another one`);
        vectors.set(relPath, now);
        said.add(relPath); // Committed: as good as said.
      }
    },
  };
}
