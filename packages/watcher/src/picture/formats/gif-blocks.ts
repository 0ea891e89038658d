/** The blocks of a GIF: pictures and what is told between them, one after the other. */

export interface GifBlock {
  readonly kind: 'picture' | 'extension';
  readonly start: number;
  /** Where its data begins: parts of at most 255 bytes, an empty one ends the row. */
  readonly data: number;
  /** Of the byte behind it; undefined when the file ends within it. */
  readonly end: number | undefined;
}

/** Where the flags of the whole file stand, and behind its header the table of colours, if there is one. */
export const GIF_FLAGS = 10;
export const GIF_TABLE = 13;
const EXTENSION = 0x21;
const PICTURE = 0x2c;

/** Up to the end mark, to the end of the file, or to nonsense. */
export function* gifBlocks(gif: Buffer): Generator<GifBlock> {
  let start = GIF_TABLE + tableBytes(gif[GIF_FLAGS]);
  while (gif[start] === PICTURE || gif[start] === EXTENSION) {
    const kind = gif[start] === PICTURE ? 'picture' : 'extension';
    const data = start + (kind === 'picture' ? 11 + tableBytes(gif[start + 9]) : 2);
    const end = endOfParts(gif, data);
    yield { kind, start, data, end };
    if (end === undefined) return;
    start = end;
  }
}

function endOfParts(gif: Buffer, data: number): number | undefined {
  let offset = data;
  for (let size = gif[offset]; size !== 0; size = gif[offset]) {
    if (size === undefined) return undefined;
    offset += 1 + size;
  }
  return offset + 1;
}

/** A table of colours follows when the first bit is set; the last three say how many. */
export function tableBytes(flags = 0): number {
  return (flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1);
}
