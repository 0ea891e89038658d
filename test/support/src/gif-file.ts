/** GIF files to order: pictures of any place and size on a canvas, each pixel an index into four colours. */

export interface GifFrame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Of each pixel, 0 to 3. */
  readonly index: number;
  readonly transparentIndex?: number;
  /** Four colours of its own. */
  readonly table?: readonly Colour[];
}

type Colour = readonly [number, number, number];

const END_OF_PARTS = 0;
const CLEAR = 4;
const END_OF_PICTURE = 5;

/** @param table four colours */
export function gifFile(width: number, height: number, table: readonly Colour[], frames: readonly GifFrame[]): Buffer {
  const header = Buffer.concat([Buffer.from('GIF89a', 'latin1'), words(width, height), Buffer.from([0x91, 0, 0])]);
  return Buffer.concat([header, Buffer.from(table.flat()), ...frames.flatMap(frameParts), Buffer.from([0x3b])]);
}

function frameParts({ left, top, width, height, index, transparentIndex, table }: GifFrame): Buffer[] {
  const control = [0x21, 0xf9, 4, transparentIndex === undefined ? 0 : 1, 0, 0, transparentIndex ?? 0, END_OF_PARTS];
  const place = Buffer.concat([Buffer.from([0x2c]), words(left, top, width, height)]);
  const own = [table === undefined ? 0 : 0x81, ...(table ?? []).flat()];
  const data = codes(Array.from({ length: width * height }, () => index));
  return [Buffer.from(control), place, Buffer.from([...own, 2]), ...dataParts(data), Buffer.from([END_OF_PARTS])];
}

/** Not compressed: a clear code before each pixel keeps all codes at three bits. The first stands in the lowest bits. */
function codes(indexes: readonly number[]): Buffer {
  const all = indexes.flatMap((index) => [CLEAR, index]);
  const bits = [...all, END_OF_PICTURE].flatMap((code) => [code & 1, (code >> 1) & 1, code >> 2]);
  return Buffer.from(
    Array.from({ length: Math.ceil(bits.length / 8) }, (_, byte) =>
      Array.from({ length: 8 }, (__, bit) => (bits[byte * 8 + bit] ?? 0) << bit).reduce((sum, value) => sum + value, 0),
    ),
  );
}

function dataParts(data: Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(data.length / 255) }, (_, part) => {
    const bytes = data.subarray(part * 255, part * 255 + 255);
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  });
}

function words(...values: readonly number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value & 255, value >> 8]));
}
