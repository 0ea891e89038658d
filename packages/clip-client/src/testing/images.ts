import type { EncodeOutcome, ImageToEncode } from '../types.js';

/** A square of one colour in the mock's input size; its id says which. */
export function solidImage(imageId: number): ImageToEncode {
  const data = new Uint8Array(224 * 224 * 3);
  for (let i = 0; i < data.length; i++) data[i] = (imageId * 37 + (i % 3) * 80) % 256;
  return {
    imageId,
    ref: { contentHash: imageId.toString(16).padStart(64, '0'), libraryId: '7', relPath: `holiday/${imageId}.jpg` },
    payload: { kind: 'rgb', width: 224, height: 224, data },
  };
}

export function solidImages(count: number): ImageToEncode[] {
  return Array.from({ length: count }, (_, i) => solidImage(i + 1));
}

export interface Collected {
  readonly outcomes: readonly EncodeOutcome[];
  /** What the iterator threw after the last outcome. */
  readonly error: unknown;
}

export async function collect(outcomes: AsyncIterable<EncodeOutcome>): Promise<Collected> {
  const all: EncodeOutcome[] = [];
  try {
    for await (const outcome of outcomes) all.push(outcome);
  } catch (error) {
    return { outcomes: all, error };
  }
  return { outcomes: all, error: undefined };
}

/** `encoded`, `permanent refused`, `transient timeout`, with `bug` where the fault is ours. */
export function describeOutcome(outcome: EncodeOutcome): string {
  if (outcome.kind === 'encoded') return 'encoded';
  const isBug = outcome.kind === 'transient' && outcome.errorClass === 'bug';
  return `${outcome.kind} ${outcome.reason}${isBug ? ' (bug)' : ''}`;
}
