/** Names in the private temporary folder. Nothing is ever written beside a photo. */
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';

export interface TempNames {
  /** A path that no other call, thread or process uses. @param extension with its dot */
  next(extension: string): string;
}

let serial = 0;

export function tempNamesIn(folder: string): TempNames {
  return {
    next(extension) {
      serial += 1;
      return join(folder, `${process.pid}-${threadId}-${serial}${extension}`);
    },
  };
}
