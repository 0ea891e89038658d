const HEAD_BYTES = 20;

/** Whether the bytes are a WebP file to its stated end: not empty, cut off or something else. */
export function isWholeWebp(bytes: Buffer): boolean {
  if (bytes.length < HEAD_BYTES) return false;
  const isWebp = bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP';
  return isWebp && bytes.readUInt32LE(4) + 8 === bytes.length;
}
