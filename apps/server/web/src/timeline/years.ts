export interface Year {
  readonly year: string;
  /** The months that hold photos, `2024-03` and so on. */
  readonly months: ReadonlySet<string>;
}

/** Months by their years, in the order that they come. Pure. */
export function groupByYear(months: readonly string[]): readonly Year[] {
  const years = new Map<string, Set<string>>();
  for (const month of months) {
    const year = month.slice(0, 4);
    years.set(year, (years.get(year) ?? new Set()).add(month));
  }
  return [...years].map(([year, set]) => ({ year, months: set }));
}

/** The months of a year, `2024-01` to `2024-12`. */
export function monthsOf(year: string): readonly string[] {
  return Array.from({ length: 12 }, (_, month) => `${year}-${String(month + 1).padStart(2, '0')}`);
}

/** `2024-02` → `2024-02-29`. */
export function lastDayOf(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return `${month}-${new Date(Date.UTC(year, number, 0)).getUTCDate()}`;
}
