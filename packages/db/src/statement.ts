/** A value that every dialect takes. Times and ids are plain numbers. */
export type SqlValue = string | number | null | Uint8Array;

export type SqlParams<Name extends string> = Readonly<Record<Name, SqlValue>>;

/** What a column gives in JavaScript, in every dialect. With `?` it may be null. */
interface ColumnTypes {
  number: number;
  text: string;
  bytes: Uint8Array;
  'number?': number | null;
  'text?': string | null;
  'bytes?': Uint8Array | null;
}

/**
 * The columns of a statement's rows, in the order of its text. `statement-rows.test.ts` runs every statement and holds
 * this against what comes back.
 */
export type Columns = Readonly<Record<string, keyof ColumnTypes>>;

/** A row of these columns. */
export type RowWith<Row extends Columns> = { readonly [Column in keyof Row]: ColumnTypes[Row[Column]] };

/** A row that a statement gives: `RowOf<typeof CLAIMED_ROWS>`. */
export type RowOf<Given extends Statement> =
  Given extends Statement<string, infer Row extends Columns> ? RowWith<Row> : never;

/** One dialect's text of a statement, compiled for its driver. */
export interface StatementText<Name extends string = string> {
  /** With its parameters by position. */
  readonly sql: string;
  /** The name behind each position. */
  readonly order: readonly Name[];
  /** Indexes that its plan must use; `rowid` for a lookup by id. */
  readonly uses: readonly string[];
}

/** One statement in every dialect: its text, and the indexes without which it would walk the table. */
export interface Statement<Name extends string = string, Row extends Columns | null = Columns | null> {
  readonly name: string;
  /** Null for one that gives no rows. */
  readonly row: Row;
  readonly sqlite: StatementText<Name>;
}

interface TextDefinition {
  readonly uses: readonly string[];
  /** Parameters as `:name`. */
  readonly sql: string;
}

/**
 * @param definition `params`: every parameter of the texts; one that is missing or left over is a bug and throws.
 * `row`: left out where nothing is given back
 */
export function statement<const Name extends string, const Row extends Columns | null = null>(definition: {
  readonly name: string;
  readonly params: readonly Name[];
  readonly row?: Row;
  readonly sqlite: TextDefinition;
}): Statement<Name, Row> {
  const { name, params, row = null, sqlite } = definition;
  return {
    name,
    row: row as Row, // left out, it is null, and so is its type
    sqlite: compile(name, params, sqlite),
  };
}

/** Compiles `:name` parameters to positions. SQLite's driver binds arrays only, and refuses `?1` in them. */
function compile<Name extends string>(
  name: string,
  params: readonly Name[],
  text: TextDefinition,
): StatementText<Name> {
  const known = new Set<string>(params);
  const order: Name[] = [];
  const sql = text.sql.replace(/(?<![:\w]):([a-zA-Z]+)/g, (_match, found: string) => {
    if (!known.has(found)) throw new Error(`statement ${name} uses :${found}, which it does not declare`);
    order.push(found as Name); // checked in the line above
    return '?';
  });
  const unused = params.filter((param) => !order.includes(param));
  if (unused.length > 0) throw new Error(`statement ${name} never uses ${unused.join(', ')}`);
  return { sql, order, uses: text.uses };
}
