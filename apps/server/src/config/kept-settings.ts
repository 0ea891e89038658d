import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '@clip-watch/processes';
import { z } from 'zod';
import { LARGEST_CONCURRENCY, QUIET_HOURS } from '../api/index.js';

/** What was changed while the server ran, and holds over a restart: in this file of the data folder. */
export const KEPT_FILE: string = 'kept-settings.json';

export interface KeptSettings {
  readonly clipEncodeConcurrency?: number | undefined;
  /** As in the settings file; the empty text is a person's wish for none. */
  readonly clipQuietHours?: string | undefined;
  readonly isPaused?: boolean | undefined;
}

const KEPT: z.ZodType<KeptSettings> = z.object({
  clipEncodeConcurrency: z.number().int().min(1).max(LARGEST_CONCURRENCY).optional().catch(undefined),
  clipQuietHours: z
    .string()
    .refine((text) => QUIET_HOURS.safeParse(text).success)
    .optional()
    .catch(undefined),
  isPaused: z.boolean().optional().catch(undefined),
});

/** Nobody writes this file by hand: what cannot be read in it counts as never changed. */
export function readKeptSettings(dataDir: string): KeptSettings {
  const text = readText(dataDir);
  return text === undefined ? {} : (parse(text) ?? {});
}

/** What to tell a person whose changes are gone; null while the file is whole, or not there. */
export function keptSettingsFlaw(dataDir: string): string | null {
  const text = readText(dataDir);
  if (text === undefined || parse(text) !== undefined) return null;
  return `${join(dataDir, KEPT_FILE)} is damaged: a pause, quiet hours and the number of photos at work that were set in the pages count as never set. Set them again.`;
}

function readText(dataDir: string): string | undefined {
  try {
    return readFileSync(join(dataDir, KEPT_FILE), 'utf8');
  } catch {
    return undefined; // Nothing was changed yet, or the data folder itself is told of.
  }
}

function parse(text: string): KeptSettings | undefined {
  try {
    return KEPT.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Writes one change after the other; a change is whole in the file, or not in it. */
export interface SettingsKeeper {
  /** Rejects when the data folder cannot be written. */
  keep(change: KeptSettings): Promise<void>;
}

export function createSettingsKeeper(dataDir: string): SettingsKeeper {
  let kept = readKeptSettings(dataDir);
  let last: Promise<void> = Promise.resolve();
  return {
    keep(change) {
      kept = { ...kept, ...change };
      const text = `${JSON.stringify(kept)}\n`;
      const write = last.catch(() => {}).then(() => replaceFile(join(dataDir, KEPT_FILE), text)); // The one before told its own caller.
      last = write;
      return write;
    },
  };
}
