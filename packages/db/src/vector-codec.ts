import { DatabaseError } from './errors.js';

/** Of one number of an embedding as it is stored. */
export const FLOAT_BYTES: number = 4;
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** @throws DatabaseError BAD_EMBEDDING for a wrong length, a number that is not finite, or all zeros */
export function checkEmbedding(embedding: Float32Array, dimension: number, imageId: number): void {
  if (embedding.length !== dimension)
    throw bad(imageId, `has ${embedding.length} numbers where the model has ${dimension}`);
  let sum = 0;
  // By index: an iterator takes three times as long, and this is ten million numbers a second.
  for (let at = 0; at < dimension; at += 1) sum += embedding[at]! * embedding[at]!;
  if (!Number.isFinite(sum)) throw bad(imageId, 'holds a number that is not finite');
  if (sum === 0) throw bad(imageId, 'is all zeros');
}

function bad(imageId: number, what: string): DatabaseError {
  return new DatabaseError(
    'BAD_EMBEDDING',
    `the embedding of image ${imageId} ${what}; nothing of its batch was stored; check the encoder`,
  );
}

/**
 * Embeddings one after another, as float32 little-endian.
 * @param embeddings each of `dimension` numbers
 */
export function encodeEmbeddings(embeddings: readonly Float32Array[], dimension: number): Buffer {
  const bytes = Buffer.allocUnsafe(embeddings.length * dimension * FLOAT_BYTES);
  for (const [index, embedding] of embeddings.entries()) {
    const view = Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength);
    view.copy(bytes, index * dimension * FLOAT_BYTES);
  }
  return LITTLE_ENDIAN ? bytes : bytes.swap32();
}

/** @returns a copy with its own buffer: what the driver hands out may be unaligned */
export function decodeEmbedding(bytes: Uint8Array): Float32Array {
  const copy = Buffer.alloc(bytes.byteLength);
  copy.set(bytes);
  if (!LITTLE_ENDIAN) copy.swap32();
  return new Float32Array(copy.buffer, copy.byteOffset, copy.byteLength / FLOAT_BYTES);
}
