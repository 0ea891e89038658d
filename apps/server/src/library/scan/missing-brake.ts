/** How many photos a scan did not find, out of how many it looked for. */
export interface Gone {
  readonly gone: number;
  readonly known: number;
}

// People delete some photos, while mounts go away as a whole. A library smaller than this may well be emptied by hand.
const SMALL_LIBRARY = 20;
const MOST_AT_ONCE = 1_000;

/**
 * Whether so much is gone that a person has to confirm it: over half of more than twenty photos, or over a thousand.
 * @param confirmed how many photos a person already said were deleted; only what is gone beyond that is judged
 */
export function isMostGone({ gone, known }: Gone, confirmed: number = 0): boolean {
  const more = Math.max(0, gone - confirmed);
  const left = Math.max(0, known - confirmed);
  return more > MOST_AT_ONCE || (left > SMALL_LIBRARY && more * 2 > left);
}
