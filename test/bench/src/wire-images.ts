import type { EncodeOutcome, ImageToEncode } from '@clip-watch/clip-client';

const SIDE = 224;
// One picture for all: the wire does not look at pixels, and making them would be measured too.
const data: Uint8Array = new Uint8Array(SIDE * SIDE * 3).map((_, i) => (i * 31) % 256);

/** Pictures of 150 KB, one at a time. */
export function* wireImages(count: number): Generator<ImageToEncode> {
  for (let imageId = 1; imageId <= count; imageId++)
    yield {
      imageId,
      ref: { contentHash: imageId.toString(16).padStart(64, '0') },
      payload: { kind: 'rgb', width: SIDE, height: SIDE, data },
    };
}

/** Reads outcomes without keeping them. @throws Error at the first that is not `encoded` */
export async function countEncoded(
  outcomes: AsyncIterable<EncodeOutcome>,
  each?: (count: number) => void,
): Promise<number> {
  let count = 0;
  for await (const outcome of outcomes) {
    if (outcome.kind !== 'encoded') throw new Error(`${outcome.kind} ${outcome.reason}: ${outcome.message}`);
    each?.(++count);
  }
  return count;
}
