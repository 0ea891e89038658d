import { setTimeout as sleep } from 'node:timers/promises';

/** The machine may be busy: only what hangs runs into it. */
export const PATIENCE_MS = 900_000;
const LOOK_MS = 150;

/** @throws Error with the message once the patience is used up */
export async function waitUntil(
  isTrue: () => boolean | Promise<boolean>,
  message: () => string,
  patienceMs: number = PATIENCE_MS,
): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(message());
    await sleep(LOOK_MS);
  }
}
