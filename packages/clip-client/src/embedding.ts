/** How far the norm of a unit vector may be from 1: float32 and float16 models differ by less. */
const NORM_TOLERANCE = 1e-3;
const BYTES = Float32Array.BYTES_PER_ELEMENT;
const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Reads an embedding off the wire, for a caller that has the contract's messages at hand: `createClipClient` does it by
 * itself.
 * @param bytes little-endian float32, `dimension * 4` bytes
 * @returns a copy with a buffer of its own; its values are not judged
 * @throws RangeError when the length does not match `dimension`
 * @see proto/apollo/clip/v1/clip.proto, Embedding.values_f32le
 * @example
 * const vector = decodeEmbedding(result.embedding.values_f32le, result.embedding.dim);
 */
export function decodeEmbedding(bytes: Uint8Array, dimension: number): Float32Array {
  if (dimension < 1 || bytes.byteLength !== dimension * BYTES)
    throw new RangeError(
      `an embedding of ${dimension} numbers has ${dimension * BYTES} bytes, not ${bytes.byteLength}`,
    );
  // The wire's buffer is pooled and unaligned: copy before the view.
  const copy = new Uint8Array(bytes);
  if (IS_LITTLE_ENDIAN) return new Float32Array(copy.buffer);
  const view = new DataView(copy.buffer);
  return Float32Array.from({ length: dimension }, (_, i) => view.getFloat32(i * BYTES, true));
}

/** @returns what is wrong with a vector's values, or undefined when it may be stored */
export function embeddingFault(embedding: Float32Array, normalized: boolean): string | undefined {
  let sum = 0;
  // By index: this loop is hot, and often run before V8 optimised it.
  for (let i = 0; i < embedding.length; i++) sum += embedding[i]! * embedding[i]!;
  // One NaN or infinity makes the sum not finite. Squares of float32 cannot overflow a double.
  if (!Number.isFinite(sum)) return 'the embedding holds numbers that are not finite';
  if (sum === 0) return 'the embedding is all zeros';
  if (normalized && Math.abs(Math.sqrt(sum) - 1) > NORM_TOLERANCE)
    return `the embedding has norm ${Math.sqrt(sum).toPrecision(6)}, not 1`;
  return undefined;
}
