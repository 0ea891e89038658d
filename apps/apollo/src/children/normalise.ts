export interface NormaliserOptions {
  readonly inputSize: number;
  /** Per channel R, G, B on a 0 to 1 scale. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/**
 * Turns 8-bit pixels into what an image tower takes.
 * @returns a function from pictures (interleaved RGB bytes) to one `[batch, 3, side, side]` block of floats, which the
 * next call writes over: a new one of 5 MB for each batch would be cleared, faulted in and collected each time
 */
export function createNormaliser(options: NormaliserOptions): (images: readonly Uint8Array[]) => Float32Array {
  // (value / 255 − mean) / std for each channel and byte: a look-up is cheaper than the arithmetic.
  const table = (channel: 0 | 1 | 2): Float32Array =>
    Float32Array.from({ length: 256 }, (_, value) => (value / 255 - options.mean[channel]) / options.std[channel]);
  const [red, green, blue] = [table(0), table(1), table(2)];
  const plane = options.inputSize * options.inputSize;
  let block = new Float32Array(0);
  return (images) => {
    const size = images.length * plane * 3;
    if (block.length < size) block = new Float32Array(size);
    const out = block.subarray(0, size);
    for (const [index, image] of images.entries()) {
      const at = index * plane * 3;
      for (let pixel = 0, from = 0; pixel < plane; pixel++, from += 3) {
        // Bytes are 0 to 255 and the tables have 256 entries.
        out[at + pixel] = red[image[from]!]!;
        out[at + plane + pixel] = green[image[from + 1]!]!;
        out[at + 2 * plane + pixel] = blue[image[from + 2]!]!;
      }
    }
    return out;
  };
}
