/** Whether the end of a file is missing, by its own structure: decoders often fill the rest with grey and say nothing. */
import { topBoxes } from './iso-media.js';
import type { Content } from './sniff-content.js';

/** True only where the structure proves it: a part announces more bytes than the file has. */
export function isCutShort(bytes: Buffer, content: Content): boolean {
  switch (content.name) {
    case 'png':
      return pngEndsEarly(bytes);
    case 'webp':
      return bytes.length >= 12 && bytes.readUInt32LE(4) + 8 > bytes.length;
    case 'heic':
    case 'avif':
      return boxesEndEarly(bytes);
    default:
      return false;
  }
}

/** Chunks follow one another: length, type, data, checksum. A whole PNG ends in IEND. */
function pngEndsEarly(bytes: Buffer): boolean {
  let offset = 8;
  while (offset + 8 <= bytes.length) {
    const type = bytes.toString('latin1', offset + 4, offset + 8);
    if (type === 'IEND' || !/^[A-Za-z]{4}$/.test(type)) return false; // nonsense is damage, not a missing end
    offset += 12 + bytes.readUInt32BE(offset);
  }
  return true;
}

function boxesEndEarly(bytes: Buffer): boolean {
  const last = topBoxes(bytes).at(-1);
  return last !== undefined && last.end > bytes.length;
}
