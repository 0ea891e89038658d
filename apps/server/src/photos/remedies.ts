import { adviceFor } from '@clip-watch/watcher';

// What a person can do about reasons that come from the encoder or the drain; the picture's own stand with its decoder.
const ENCODER_REMEDIES: ReadonlyMap<string, string> = new Map([
  ['changed', 'Nothing: the file is read again by itself.'],
  ['undecodable', 'The encoder cannot decode this picture. Restore it from a backup or export a copy.'],
  ['refused', 'The encoder refuses this picture. Look at its message, or export a copy in another format.'],
  ['unavailable', 'The encoder is away. Start it; the photo is tried again by itself.'],
  ['overloaded', 'The encoder is busy. The photo is tried again by itself.'],
  ['cancelled', 'The try was broken off. The photo is tried again by itself.'],
  ['protocol', 'The encoder answered wrongly. Look at its version and its log.'],
  ['internal', 'The encoder had an error of its own. Look at its log; the photo is tried again by itself.'],
  ['model_loading', 'The encoder still loads its model. The photo is tried again by itself.'],
  ['misconfigured', 'The encoder and this server do not fit together. See the status for the reason.'],
  ['invalid_item', 'An error of clip-watch itself. Please report it.'],
]);

/** What a person can do about a failure's reason; null for one that nothing is known about. */
export function remedyOf(reason: string): string | null {
  return adviceFor(reason) ?? ENCODER_REMEDIES.get(reason) ?? null;
}
