/** What the first directory of a TIFF file tells about its kind, for when ExifTool cannot be asked. */

const TAG_NEW_SUBFILE_TYPE = 0x00fe;
const TAG_MAKE = 0x010f;
const TAG_SUB_IFDS = 0x014a;
const TAG_DNG_VERSION = 0xc612;

/**
 * Whether a file in TIFF's clothes is a camera's RAW file: CR2's mark, DNG's version, or a directory that names a
 * camera and calls itself a reduced picture or points to the real one.
 */
export function looksLikeRaw(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 8, 10) === 'CR') return true;
  const tags = firstDirectory(bytes);
  if (tags.has(TAG_DNG_VERSION)) return true;
  return tags.has(TAG_MAKE) && (tags.get(TAG_NEW_SUBFILE_TYPE) === 1 || tags.has(TAG_SUB_IFDS));
}

/** Whether the first directory says which camera, or that it is a DNG: no RAW file is without. */
export function namesCamera(bytes: Buffer): boolean {
  const tags = firstDirectory(bytes);
  return tags.has(TAG_MAKE) || tags.has(TAG_DNG_VERSION);
}

/** Tags with their value as an unsigned number, read from the entry itself. Empty for BigTIFF and for nonsense. */
function firstDirectory(bytes: Buffer): Map<number, number> {
  const tags = new Map<number, number>();
  if (bytes.length < 8) return tags;
  const little = bytes.toString('latin1', 0, 2) === 'II';
  const u16 = (offset: number): number => (little ? bytes.readUInt16LE(offset) : bytes.readUInt16BE(offset));
  const u32 = (offset: number): number => (little ? bytes.readUInt32LE(offset) : bytes.readUInt32BE(offset));
  const start = u32(4);
  if (start + 2 > bytes.length) return tags;
  for (let offset = start + 2, left = u16(start); left > 0 && offset + 12 <= bytes.length; offset += 12, left -= 1) {
    tags.set(u16(offset), u32(offset + 8));
  }
  return tags;
}
