import type { Garbage, MockItem, MockReply } from './types.js';

const GARBAGE: readonly Garbage[] = [
  'wrong_length',
  'nan',
  'infinity',
  'zero_norm',
  'wrong_version',
  'unknown_id',
  'repeated_id',
  'wrong_hash',
  'no_outcome',
  'empty_message',
  'truncated_bytes',
];

const LATER = { kind: 'error', retry: 'RETRY_LATER' } as const;

const REPLIES: readonly MockReply[] = [
  ...GARBAGE.map((garbage) => ({ kind: 'garbage', garbage }) as const),
  { ...LATER, reason: 'ERROR_REASON_INTERNAL' },
  { ...LATER, reason: 'ERROR_REASON_OVERLOADED', retryDelayMs: 20 },
  { ...LATER, reason: 99 },
  { kind: 'silent' },
  { kind: 'status', code: 14 },
  { kind: 'status', code: 13 },
  { kind: 'end_ok' },
  { kind: 'drain', retryDelayMs: 20 },
];

/** A small generator with a seed (mulberry32): the same seed, the same faults in the same places. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * An `onItem` script that meets a share of the items with a fault of any kind, none of which is a verdict on a photo.
 * @param share of the items, 0 to 1
 */
export function chaosScript(seed: number, share: number): (item: MockItem) => MockReply | undefined {
  const random = seededRandom(seed);
  return () => (random() < share ? REPLIES[Math.floor(random() * REPLIES.length)] : undefined);
}
