/**
 * A delay between nothing and a ceiling, so that those that failed together do not come back together.
 * @param ceilingMs the longest delay; usually doubled with each failure in a row
 * @param random gives numbers in [0, 1)
 * @returns whole milliseconds
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ "full jitter"
 */
export function fullJitterMs(ceilingMs: number, random: () => number): number {
  return Math.round(random() * ceilingMs);
}
