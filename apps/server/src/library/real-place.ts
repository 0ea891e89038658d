import { HostError } from '../errors.js';
import { DiskError, WAITED_FOR_MS } from './asked-child.js';
import type { RealPlace } from './folder-protocol.js';
import { createFolderReader } from './folder-reader.js';

/**
 * Where a path that a person typed leads to. A separate child process asks, because the disk may never answer.
 * @throws HostError NOT_ANSWERING; DiskError with the system's own code
 */
export async function findRealPlace(path: string, silenceMs: number = WAITED_FOR_MS): Promise<RealPlace> {
  await using reader = createFolderReader({ silenceMs });
  try {
    return await reader.realPlace(path);
  } catch (cause) {
    if (cause instanceof DiskError && cause.code === 'NOT_ANSWERING')
      throw new HostError('NOT_ANSWERING', `${path} does not answer: look at the disk or its network`, { cause });
    throw cause;
  }
}
