/** What a GIF's first picture leaves free of the canvas. */
import { GIF_FLAGS, GIF_TABLE, type GifBlock, gifBlocks, tableBytes } from './gif-blocks.js';

/** A first picture that leaves a part of the canvas free and has no transparent colour to leave it in. */
export interface GifBorder {
  readonly left: number;
  readonly top: number;
  /** Of the byte behind it. */
  readonly right: number;
  readonly bottom: number;
  /** RGB: the reference decoder fills the rest with the first colour of the picture's table. */
  readonly colour: readonly [number, number, number];
}

const CONTROL = 0xf9;

/** @returns undefined when the first picture covers the canvas or has a transparent colour */
export function gifBorder(gif: Buffer): GifBorder | undefined {
  let hasTransparent = false;
  for (const block of gifBlocks(gif)) {
    if (block.kind === 'picture') return hasTransparent ? undefined : borderAround(gif, block);
    if (gif[block.start + 1] === CONTROL) hasTransparent = ((gif[block.start + 3] ?? 0) & 1) === 1;
  }
  return undefined;
}

function borderAround(gif: Buffer, { start, data }: GifBlock): GifBorder | undefined {
  if (data > gif.length) return undefined;
  const side = (at: number): number => gif.readUInt16LE(start + at);
  const [left, top, width, height] = [side(1), side(3), side(5), side(7)];
  const covers = left === 0 && top === 0 && width >= gif.readUInt16LE(6) && height >= gif.readUInt16LE(8);
  if (covers) return undefined;
  const ownTable = tableBytes(gif[start + 9]) > 0 ? start + 10 : undefined;
  const table = ownTable ?? (tableBytes(gif[GIF_FLAGS]) > 0 ? GIF_TABLE : undefined);
  const channel = (at: number): number => (table === undefined ? 0 : (gif[table + at] ?? 0));
  return { left, top, right: left + width, bottom: top + height, colour: [channel(0), channel(1), channel(2)] };
}
