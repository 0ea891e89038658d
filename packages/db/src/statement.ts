/** A value that SQLite takes. Times and ids are plain numbers. */
export type SqlValue = string | number | null | Uint8Array;

/** One hot statement: its text, and the index without which it would walk the table. */
export interface Statement<Name extends string = string> {
  readonly name: string;
  /** Positional, as the driver wants it. */
  readonly sql: string;
  /** The name behind each position. */
  readonly params: readonly Name[];
  /** Indexes that its plan must use; `rowid` for a lookup by id. */
  readonly uses: readonly string[];
}

export type SqlParams<Name extends string> = Readonly<Record<Name, SqlValue>>;

/**
 * Compiles `:name` parameters to positions. The driver binds arrays only, and refuses `?1` in them.
 * @param names every parameter of the text; one that is missing or left over is a bug and throws
 */
export function statement<const Name extends string>(definition: {
  readonly name: string;
  readonly params: readonly Name[];
  readonly uses: readonly string[];
  readonly sql: string;
}): Statement<Name> {
  const known = new Set<string>(definition.params);
  const order: Name[] = [];
  const sql = definition.sql.replace(/(?<![:\w]):([a-zA-Z]+)/g, (_match, found: string) => {
    if (!known.has(found)) throw new Error(`statement ${definition.name} uses :${found}, which it does not declare`);
    order.push(found as Name); // checked in the line above
    return '?';
  });
  const unused = definition.params.filter((param) => !order.includes(param));
  if (unused.length > 0) throw new Error(`statement ${definition.name} never uses ${unused.join(', ')}`);
  return { name: definition.name, sql, params: order, uses: definition.uses };
}
