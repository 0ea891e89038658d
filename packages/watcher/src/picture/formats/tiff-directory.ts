/** The directories of a TIFF file, classic or BigTIFF. Whatever a file claims, reading it ends and throws nothing. */

export interface TiffDirectory {
  /** Whole numbers only; empty when the tag is missing, of another kind, or lies beyond the end. */
  numbers(tag: number): readonly number[];
  /** Empty when the tag is missing. */
  text(tag: number): string;
  readonly subDirectories: readonly TiffDirectory[];
}

export interface TiffFile {
  /** Of the whole file, in bytes. */
  readonly length: number;
  /** The four characters behind the header, where some cameras leave a mark. */
  readonly mark: string;
  /** Where the first directory is said to lie; it may be beyond the end. */
  readonly start: number;
  readonly pages: readonly TiffDirectory[];
}

/** Field sizes: classic TIFF counts in 32 bits, BigTIFF in 64. */
interface Layout {
  readonly little: boolean;
  readonly word: 4 | 8;
  readonly countBytes: 2 | 8;
}

const TAG_SUB_IFDS = 0x014a;
const MAX_DIRECTORIES = 64;
const TEXT = 2;
/** BYTE, SHORT, LONG, IFD, LONG8, IFD8. */
const BYTES_OF: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8 };

/** @returns no pages for what is no TIFF */
export function readTiff(bytes: Buffer): TiffFile {
  const { length } = bytes;
  const mark = bytes.toString('latin1', 8, 12);
  const layout = layoutOf(bytes);
  if (layout === undefined) return { length, mark, start: 0, pages: [] };
  const start = numberAt(bytes, layout, layout.word, layout.word);
  return { length, mark, start, pages: chainFrom(bytes, layout, start, new Set()) };
}

function layoutOf(bytes: Buffer): Layout | undefined {
  if (bytes.length < 16) return undefined;
  const little = bytes.toString('latin1', 0, 2) === 'II';
  const isBig = bytes[little ? 2 : 3] === 0x2b;
  return isBig ? { little, word: 8, countBytes: 8 } : { little, word: 4, countBytes: 2 };
}

function chainFrom(bytes: Buffer, layout: Layout, start: number, seen: Set<number>): TiffDirectory[] {
  const found: TiffDirectory[] = [];
  for (let offset = start; isNew(bytes, layout, offset, seen); ) {
    seen.add(offset);
    const entryBytes = 4 + 2 * layout.word;
    const count = numberAt(bytes, layout, offset, layout.countBytes);
    const first = offset + layout.countBytes;
    const whole = Math.max(0, Math.min(count, Math.floor((bytes.length - first) / entryBytes)));
    found.push(directoryOf(bytes, layout, first, whole, seen));
    const next = first + count * entryBytes;
    offset = next + layout.word <= bytes.length ? numberAt(bytes, layout, next, layout.word) : 0;
  }
  return found;
}

function isNew(bytes: Buffer, layout: Layout, offset: number, seen: Set<number>): boolean {
  return offset > 0 && offset + layout.countBytes <= bytes.length && !seen.has(offset) && seen.size < MAX_DIRECTORIES;
}

interface Entry {
  readonly type: number;
  readonly count: number;
  /** Where the value stands, or a pointer to it. */
  readonly field: number;
}

function directoryOf(bytes: Buffer, layout: Layout, first: number, count: number, seen: Set<number>): TiffDirectory {
  const entries = new Map<number, Entry>();
  for (let index = 0; index < count; index += 1) {
    const at = first + index * (4 + 2 * layout.word);
    const type = numberAt(bytes, layout, at + 2, 2);
    const values = numberAt(bytes, layout, at + 4, layout.word);
    entries.set(numberAt(bytes, layout, at, 2), { type, count: values, field: at + 4 + layout.word });
  }
  const numbers = (tag: number): number[] => numbersOf(bytes, layout, entries.get(tag));
  return {
    numbers,
    text: (tag) => textOf(bytes, layout, entries.get(tag)),
    subDirectories: numbers(TAG_SUB_IFDS).flatMap((offset) => chainFrom(bytes, layout, offset, seen).slice(0, 1)),
  };
}

function numbersOf(bytes: Buffer, layout: Layout, entry: Entry | undefined): number[] {
  const size = entry === undefined ? undefined : BYTES_OF[entry.type];
  if (entry === undefined || size === undefined) return [];
  const start = valueStart(bytes, layout, entry, size);
  if (start === undefined) return [];
  return Array.from({ length: entry.count }, (_, index) => numberAt(bytes, layout, start + index * size, size));
}

function textOf(bytes: Buffer, layout: Layout, entry: Entry | undefined): string {
  const start = entry?.type === TEXT ? valueStart(bytes, layout, entry, 1) : undefined;
  if (entry === undefined || start === undefined) return '';
  return bytes.toString('latin1', start, start + Math.min(entry.count, 100)).replace(/\0[\s\S]*/, '');
}

/** Short values stand in the entry itself. Undefined: beyond the end of the file. */
function valueStart(bytes: Buffer, layout: Layout, { count, field }: Entry, size: number): number | undefined {
  const start = count * size <= layout.word ? field : numberAt(bytes, layout, field, layout.word);
  return start + count * size <= bytes.length ? start : undefined;
}

function numberAt(bytes: Buffer, { little }: Layout, offset: number, size: number): number {
  if (size === 8) return Number(little ? bytes.readBigUInt64LE(offset) : bytes.readBigUInt64BE(offset));
  return little ? bytes.readUIntLE(offset, size) : bytes.readUIntBE(offset, size);
}
