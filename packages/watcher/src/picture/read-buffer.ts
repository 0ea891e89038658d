/**
 * Memory for a photo's bytes, the same for one photo after another in a thread: memory of its own for each would cost
 * its pages, and a collection of garbage every few photos.
 */

/** Larger files get memory of their own, so that no thread keeps much. */
const KEPT_BYTES = 16 << 20;

let kept: Buffer | undefined;

/** @returns `size` bytes with whatever was in them; nobody else has them until they are given back */
export function takeBuffer(size: number): Buffer {
  if (size > KEPT_BYTES) return Buffer.allocUnsafeSlow(size);
  const whole = kept ?? Buffer.allocUnsafeSlow(KEPT_BYTES);
  kept = undefined;
  return whole.subarray(0, size);
}

export function giveBack({ buffer }: Buffer): void {
  if (buffer.byteLength === KEPT_BYTES) kept = Buffer.from(buffer);
}
