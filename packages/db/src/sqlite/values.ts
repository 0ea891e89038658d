import { type ArgType, type ColumnType, ColumnTypeEnum } from '@prisma/driver-adapter-utils';

/** The types that our columns are declared with, in Prisma's words. */
const DECLARED: Readonly<Record<string, ColumnType>> = {
  INTEGER: ColumnTypeEnum.Int32,
  BIGINT: ColumnTypeEnum.Int64,
  REAL: ColumnTypeEnum.Double,
  TEXT: ColumnTypeEnum.Text,
  BLOB: ColumnTypeEnum.Bytes,
};

function inferType(value: unknown): ColumnType {
  switch (typeof value) {
    case 'bigint':
      return ColumnTypeEnum.Int64;
    case 'number':
      return ColumnTypeEnum.UnknownNumber;
    case 'string':
      return ColumnTypeEnum.Text;
    default:
      return ColumnTypeEnum.Bytes;
  }
}

/** An expression has no declared type: its first value that is not NULL tells. */
export function columnType(declared: string | null, values: Iterable<unknown>): ColumnType {
  const known = DECLARED[declared?.toUpperCase() ?? ''];
  if (known !== undefined) return known;
  for (const value of values) if (value !== null) return inferType(value);
  return ColumnTypeEnum.Int32;
}

/** @returns a number where that is exact, else the digits */
function fromBigint(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** What Prisma wants to read. A column of integers may hold a fraction, for SQLite lets it. */
export function toResult(value: unknown, type: ColumnType): unknown {
  if (typeof value === 'bigint') return fromBigint(value);
  if (typeof value !== 'number') return value;
  return type === ColumnTypeEnum.Int32 || type === ColumnTypeEnum.Int64 ? Math.trunc(value) : value;
}

/** Prisma sends large integers and bytes as text. */
export function toDriver(value: unknown, type: ArgType | undefined): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return value;
  switch (type?.scalarType) {
    case 'int':
    case 'bigint':
      return BigInt(value);
    case 'float':
      return Number(value);
    case 'bytes':
      return Buffer.from(value, 'base64');
    default:
      return value;
  }
}
