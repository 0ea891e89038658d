/** Hits that one search ranks; pages lie within them, so that paging never sees a row twice. */
export const SEARCH_DEPTH: number = 1_000;

export function encodeOffset(offset: number): string {
  return `o${offset}`;
}

/** @returns the offset, or undefined for what is no cursor of a search */
export function decodeOffset(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return 0;
  const match = /^o(\d{1,4})$/.exec(cursor);
  const offset = match === null ? Number.NaN : Number(match[1]);
  return offset <= SEARCH_DEPTH ? offset : undefined;
}
