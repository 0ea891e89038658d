import type { DrainStatus } from '@clip-watch/watcher';
import type { Config } from '../config/config.js';
import { formatQuietHours, isQuiet } from '../host/quiet-hours.js';

type Standstill = Pick<DrainStatus, 'state' | 'reason' | 'imagesPerSecond'>;

/** What holds encoding back, as far as the settings tell: a command sees no running server. */
export function standstillOf({ apolloUrl, isPaused, clipQuietHours }: Config, now: Date): Standstill {
  if (!apolloUrl.enabled) return stands('disabled', 'No encoder is configured (APOLLO_URL=disabled).');
  if (isPaused) return stands('paused', 'Paused by a person. Resume to go on.');
  if (clipQuietHours !== null && isQuiet(clipQuietHours, now))
    return stands('paused', `Quiet hours (${formatQuietHours(clipQuietHours)}).`);
  return { state: 'idle', imagesPerSecond: 0 };
}

function stands(state: Standstill['state'], reason: string): Standstill {
  return { state, reason, imagesPerSecond: 0 };
}
