import { DatabaseError } from './errors.js';

export type CursorPart = string | number;

/** A keyset cursor: the place of the last row, opaque to whoever carries it. */
export function encodeCursor(parts: readonly CursorPart[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * @param shape what each part must be
 * @throws DatabaseError BAD_CURSOR for one that this package did not make
 */
export function decodeCursor(cursor: string, shape: readonly ('string' | 'number')[]): CursorPart[] {
  const parts = parse(cursor);
  const fits =
    Array.isArray(parts) && parts.length === shape.length && shape.every((type, at) => typeof parts[at] === type);
  if (fits) return parts as CursorPart[]; // each part was just checked
  throw new DatabaseError('BAD_CURSOR', 'the cursor is not one of ours; start again without it');
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined; // whatever it is, it is no cursor
  }
}
