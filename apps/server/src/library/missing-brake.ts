/** How many photos a scan did not find, and how many it looked for. */
export interface Gone {
  readonly gone: number;
  readonly known: number;
}

// People delete some photos, and mounts go away whole: below this, a library can be emptied by hand.
const SMALL_LIBRARY = 20;
const MOST_AT_ONCE = 1_000;

/**
 * Whether so much is gone that a person has to say whether it was deleted: more than half of over twenty photos, or
 * more than a thousand.
 * @param confirmed what a person said was deleted; what is gone beyond it is judged by itself
 */
export function isMostGone({ gone, known }: Gone, confirmed: number = 0): boolean {
  const more = Math.max(0, gone - confirmed);
  const left = Math.max(0, known - confirmed);
  return more > MOST_AT_ONCE || (left > SMALL_LIBRARY && more * 2 > left);
}
