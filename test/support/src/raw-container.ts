/** A RAW-like file: a Nikon's directory around a JPEG, enough for ExifTool to find preview and orientation. */

interface Entry {
  readonly tag: number;
  readonly type: 2 | 3 | 4;
  /** Text for type 2, else one number. */
  readonly value: string | number;
}

const ASCII = 2;
const SHORT = 3;
const LONG = 4;

/** @param orientation of the parent; the JPEG itself carries none */
export function rawContainer(jpeg: Buffer, orientation: number): Buffer {
  const subDirectory = (jpegAt: number): Entry[] => [
    { tag: 0x00fe, type: LONG, value: 1 },
    { tag: 0x0103, type: SHORT, value: 6 },
    { tag: 0x0201, type: LONG, value: jpegAt },
    { tag: 0x0202, type: LONG, value: jpeg.length },
  ];
  const main = (subAt: number): Entry[] => [
    { tag: 0x00fe, type: LONG, value: 1 },
    { tag: 0x0100, type: LONG, value: 16 },
    { tag: 0x0101, type: LONG, value: 16 },
    { tag: 0x010f, type: ASCII, value: 'NIKON CORPORATION' },
    { tag: 0x0110, type: ASCII, value: 'NIKON D7100' },
    { tag: 0x0112, type: SHORT, value: orientation },
    { tag: 0x014a, type: LONG, value: subAt },
  ];
  const mainAt = 8;
  const subAt = mainAt + directory(main(0), mainAt).length;
  const jpegAt = subAt + directory(subDirectory(0), subAt).length;
  const header = Buffer.from([0x49, 0x49, 0x2a, 0, mainAt, 0, 0, 0]);
  return Buffer.concat([header, directory(main(subAt), mainAt), directory(subDirectory(jpegAt), subAt), jpeg]);
}

/** A TIFF directory, little-endian, with the texts behind its entries. */
function directory(entries: readonly Entry[], start: number): Buffer {
  const table = Buffer.alloc(2 + entries.length * 12 + 4);
  const texts: Buffer[] = [];
  let textAt = start + table.length;
  table.writeUInt16LE(entries.length, 0);
  entries.forEach(({ tag, type, value }, index) => {
    const at = 2 + index * 12;
    table.writeUInt16LE(tag, at);
    table.writeUInt16LE(type, at + 2);
    if (typeof value === 'number') {
      table.writeUInt32LE(1, at + 4);
      table.writeUInt32LE(value, at + 8);
      return;
    }
    const text = Buffer.from(`${value}\0`, 'latin1');
    table.writeUInt32LE(text.length, at + 4);
    table.writeUInt32LE(textAt, at + 8);
    texts.push(text);
    textAt += text.length;
  });
  return Buffer.concat([table, ...texts]);
}
