/** Colours that a file stores already multiplied by their transparency. */

/** Divides them again, in place. @param rgba four bytes a pixel */
export function unpremultiply(rgba: Buffer): Buffer {
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3] ?? 0;
    if (alpha === 0 || alpha === 255) continue;
    for (let channel = at; channel < at + 3; channel += 1) {
      rgba[channel] = Math.min(255, Math.round(((rgba[channel] ?? 0) * 255) / alpha));
    }
  }
  return rgba;
}
