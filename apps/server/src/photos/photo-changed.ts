import { HostError } from '../errors.js';

/** The file is not the one that its row was read from; it is on its way to be read again. */
export function photoChanged(): HostError {
  return new HostError(
    'PHOTO_CHANGED',
    'The file is another one than was read in. It is read again; try again in a moment.',
  );
}
