import { HostError } from '../errors.js';

export interface AdmissionLimits {
  /** Pieces of work that may run at once. */
  readonly atOnce: number;
  /** Bytes that all running work may weigh together. */
  readonly bytes: number;
  /** Callers that may wait for room; any more are refused. */
  readonly waiting: number;
}

export interface AdmissionRequest {
  /** What the work weighs. A piece heavier than half the limit counts as half. */
  readonly bytes: number;
  /** The disk or client it depends on. Each gets at most half of the room, so one that hangs does not stop the rest. */
  readonly group: string;
  /** Aborted when the caller no longer wants the answer. */
  readonly signal?: AbortSignal | undefined;
}

export interface Admission {
  /**
   * Runs the work once there is room, first come, first served within a group. A caller that leaves while waiting gets
   * its signal's reason at once. Work that has begun cannot be interrupted, and keeps its room until it ends.
   * @throws HostError BUSY when too many wait already
   */
  run<T>(request: AdmissionRequest, work: () => Promise<T>): Promise<T>;
  /** What is running and what is waiting. */
  load(): { readonly running: number; readonly bytes: number; readonly waiting: number };
}

interface Load {
  count: number;
  bytes: number;
}

interface Waiting {
  readonly bytes: number;
  readonly group: string;
  admit(): void;
}

export function createAdmission(limits: AdmissionLimits): Admission {
  const half = { atOnce: Math.ceil(limits.atOnce / 2), bytes: Math.ceil(limits.bytes / 2) };
  const all: Load = { count: 0, bytes: 0 };
  const groups = new Map<string, Load>();
  const waiting: Waiting[] = [];

  /** Nobody is overtaken within their group, nor by anybody at all while there is no room. */
  const admitWaiting = (): void => {
    const full = new Set<string>();
    for (const next of [...waiting]) {
      if (!fits(all, next.bytes, limits)) return;
      const load = groups.get(next.group) ?? { count: 0, bytes: 0 };
      if (full.has(next.group) || !fits(load, next.bytes, half)) {
        full.add(next.group);
        continue;
      }
      waiting.splice(waiting.indexOf(next), 1);
      groups.set(next.group, load);
      for (const each of [all, load]) add(each, 1, next.bytes);
      next.admit();
    }
  };

  const release = ({ group, bytes }: Waiting): void => {
    const load = groups.get(group);
    if (load === undefined) return;
    for (const each of [all, load]) add(each, -1, -bytes);
    if (load.count === 0) groups.delete(group);
    admitWaiting();
  };

  const enter = ({ bytes, group, signal }: AdmissionRequest): Promise<Waiting> =>
    new Promise((resolve, reject) => {
      const onAbort = (): void => {
        waiting.splice(waiting.indexOf(entry), 1);
        reject(signal?.reason);
        admitWaiting(); // The next in line may be small enough.
      };
      const entry: Waiting = {
        bytes: Math.min(bytes, half.bytes),
        group,
        admit() {
          signal?.removeEventListener('abort', onAbort);
          resolve(entry);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.push(entry);
      admitWaiting();
      if (waiting.length <= limits.waiting || !waiting.includes(entry)) return;
      signal?.removeEventListener('abort', onAbort);
      waiting.splice(waiting.indexOf(entry), 1);
      reject(new HostError('BUSY', 'Too many pictures are being looked at. Try again in a moment.'));
    });

  return {
    async run(request, work) {
      request.signal?.throwIfAborted();
      const entry = await enter(request);
      return await (async () => work())().finally(() => release(entry));
    },
    load: () => ({ running: all.count, bytes: all.bytes, waiting: waiting.length }),
  };
}

function fits(load: Load, bytes: number, limits: Pick<AdmissionLimits, 'atOnce' | 'bytes'>): boolean {
  return load.count < limits.atOnce && load.bytes + bytes <= limits.bytes;
}

function add(load: Load, count: number, bytes: number): void {
  load.count += count;
  load.bytes += bytes;
}
