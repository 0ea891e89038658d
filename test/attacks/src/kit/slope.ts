export interface Sample {
  readonly minutes: number;
  readonly values: Readonly<Record<string, number>>;
}

/** The first part is warm-up: caches fill, children start. */
const WARM_UP = 1 / 3;

/** Least squares over what came after the warm-up, for each value. */
export function slopesPerMinute(samples: readonly Sample[]): Readonly<Record<string, number>> {
  const steady = samples.slice(Math.floor(samples.length * WARM_UP));
  const names = Object.keys(steady[0]?.values ?? {});
  return Object.fromEntries(
    names.map((name) => [name, slope(steady.map(({ minutes, values }) => [minutes, values[name] ?? 0]))]),
  );
}

function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (at: 0 | 1): number => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
}
