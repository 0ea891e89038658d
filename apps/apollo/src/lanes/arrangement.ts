/** How the image model is spread over the cores. */
export interface Arrangement {
  readonly children: number;
  readonly threads: number;
}

export interface MeasuredArrangement extends Arrangement {
  readonly perSecond: number;
}

/** What a faster arrangement must gain over the first one: less is within the noise of a short look. */
const CLEAR_GAIN = 1.05;
/** Answers of one batch come together, within this many ms. */
const ONE_BATCH_MS = 5;

/**
 * Arrangements worth trying, the usual best one first: one child a core, then fewer children with more threads each. On a
 * graphics card the cores only feed it: one child, or a second one so that it never waits.
 * @param maxChildren as many as the memory holds
 */
export function listArrangements(cores: number, maxChildren: number, provider: string): Arrangement[] {
  if (provider !== 'cpu') return [1, 2].map((children) => ({ children, threads: 1 }));
  const threads = [1, 2, 4, cores].filter((count, i, all) => count <= cores && all.indexOf(count) === i);
  const arrangements = threads.map((count) => ({
    children: Math.max(1, Math.min(maxChildren, Math.floor(cores / count))),
    threads: count,
  }));
  // What memory cuts to the same number of children differs in threads only: more cores at work are better.
  return arrangements.filter(
    ({ children }, i) => arrangements.findLastIndex((other) => other.children === children) === i,
  );
}

/** The first one, unless another is clearly faster. @throws RangeError on an empty list */
export function chooseArrangement(measured: readonly MeasuredArrangement[]): MeasuredArrangement {
  const [first, ...others] = measured;
  if (first === undefined) throw new RangeError('nothing was measured');
  const best = others.toSorted((a, b) => b.perSecond - a.perSecond)[0];
  return best !== undefined && best.perSecond > first.perSecond * CLEAR_GAIN ? best : first;
}

/**
 * Answers a second, from the times of the answers in ms. The first batch is left out: it waited for the start.
 * @returns 0 when less than a second batch came
 */
export function answersPerSecond(times: readonly number[]): number {
  const [first = 0] = times;
  const later = times.filter((time) => time > first + ONE_BATCH_MS);
  const last = later.at(-1);
  return last === undefined ? 0 : (later.length / (last - first)) * 1000;
}
