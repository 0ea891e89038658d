import { HostError } from '../errors.js';

/** The file is not the one that its row describes any more, and is about to be read again. */
export function photoChanged(): HostError {
  return new HostError(
    'PHOTO_CHANGED',
    'The file is another one than was read in. It is read again; try again in a moment.',
  );
}
