import type { BacklogDrain, DrainStatus } from '@clip-watch/watcher';
import type { QuietHours } from '../api/index.js';
import { formatQuietHours, isQuiet } from './quiet-hours.js';

export interface DrainControlDeps {
  readonly drain: BacklogDrain | undefined;
  readonly quietHours: QuietHours | null;
  /** A person's pause from before the start. */
  readonly isPaused: boolean;
  readonly isEnabled: boolean;
  readonly now: () => Date;
}

/** Who holds the drain back: a person, or the clock. Either is enough. */
export interface DrainControl {
  pause(): void;
  resume(): void;
  /** Null means none. Takes effect at once. */
  setQuietHours(quietHours: QuietHours | null): void;
  readonly quietHours: QuietHours | null;
  status(): Pick<DrainStatus, 'state' | 'reason' | 'imagesPerSecond' | 'libraries'>;
  close(): void;
}

const LOOK_MS = 20_000;

export function createDrainControl(deps: DrainControlDeps): DrainControl {
  let quietHours = deps.quietHours;
  let isPausedByUser = deps.isPaused;
  const isQuietNow = (): boolean => quietHours !== null && isQuiet(quietHours, deps.now());
  const apply = (): void => {
    const isHeld = isPausedByUser || isQuietNow();
    const state = deps.drain?.status().state;
    if (isHeld && state !== 'paused') deps.drain?.pause();
    if (!isHeld && state === 'paused') deps.drain?.resume();
  };
  const timer = setInterval(apply, LOOK_MS);
  timer.unref();
  apply();
  return {
    pause() {
      isPausedByUser = true;
      apply();
    },
    resume() {
      isPausedByUser = false;
      apply();
      // Not paused, it may be misconfigured: a person says that it is mended.
      if (deps.drain?.status().state === 'misconfigured') deps.drain.resume();
    },
    setQuietHours(value) {
      quietHours = value;
      apply();
    },
    get quietHours() {
      return quietHours;
    },
    status() {
      const status = deps.drain?.status() ?? idleStatus(deps.isEnabled);
      if (status.state !== 'paused' || isPausedByUser || quietHours === null) return status;
      return { ...status, reason: `Quiet hours (${formatQuietHours(quietHours)}).` };
    },
    close: () => clearInterval(timer),
  };
}

function idleStatus(isEnabled: boolean): Pick<DrainStatus, 'state' | 'reason' | 'imagesPerSecond' | 'libraries'> {
  const reason = isEnabled
    ? 'The plugin clip-watcher is switched off.'
    : 'No encoder is configured (APOLLO_URL=disabled).';
  return { state: 'disabled', reason, imagesPerSecond: 0, libraries: [] };
}
