/** EXIF that a PNG keeps behind its pixels, which is legal: decoders have read the header by then and miss it. */

/** @returns the same PNG with such a chunk before its pixels, or the PNG itself when there is none */
export function withEarlyExif(png: Buffer): Buffer {
  let pixels: number | undefined;
  for (let offset = 8; offset + 12 <= png.length; ) {
    const type = png.toString('latin1', offset + 4, offset + 8);
    const end = offset + 12 + png.readUInt32BE(offset);
    if (type === 'IDAT') pixels ??= offset;
    if (type === 'eXIf') {
      if (pixels === undefined || end > png.length) return png;
      return Buffer.concat([png.subarray(0, pixels), png.subarray(offset, end), png.subarray(pixels)]);
    }
    offset = end;
  }
  return png;
}
