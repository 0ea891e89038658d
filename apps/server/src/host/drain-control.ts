import type { BacklogDrain, DrainStatus } from '@clip-watch/watcher';
import type { QuietHours } from '../api/index.js';
import { formatQuietHours, isQuiet } from './quiet-hours.js';

export interface DrainControlDeps {
  readonly drain: BacklogDrain | undefined;
  readonly quietHours: QuietHours | null;
  /** A person paused it before the last stop. */
  readonly isPaused: boolean;
  readonly isEnabled: boolean;
  readonly now: () => Date;
}

/** Pauses the drain when a person wants it or the quiet hours do; either is enough. */
export interface DrainControl {
  pause(): void;
  resume(): void;
  /** Takes effect at once. Null means no quiet hours. */
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
      // A drain that is misconfigured waits for a person to say that the settings were fixed.
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
