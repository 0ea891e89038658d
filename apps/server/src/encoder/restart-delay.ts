const BASE_MS = 500;
const CAP_MS = 30_000;

/** Full jitter between half of and the whole of a doubling pause: 0.5 s to 30 s. */
export function restartDelayMs(failures: number, random: () => number): number {
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(failures, 10));
  return Math.round(ceiling / 2 + random() * (ceiling / 2));
}
