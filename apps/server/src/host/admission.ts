import { HostError } from '../errors.js';

export interface AdmissionLimits {
  /** Pieces of work under way. */
  readonly atOnce: number;
  /** Bytes of all that is under way. */
  readonly bytes: number;
  /** Callers that wait for room; whoever comes beyond that is sent away. */
  readonly waiting: number;
}

export interface AdmissionRequest {
  /** What the work weighs. A piece heavier than half of the limit counts as that half. */
  readonly bytes: number;
  /** Whose disk or client it depends on: none gets more than half of the room, so one that hangs leaves room to the others. */
  readonly group: string;
  /** Of the caller that waits for the answer. */
  readonly signal?: AbortSignal | undefined;
}

export interface Admission {
  /**
   * Runs the work once there is room, within a group in the order of asking. A caller that leaves while it waits gets its
   * signal's reason at once; work that has begun goes on to its end and keeps its room, because nothing breaks it off.
   * @throws HostError BUSY when too many wait already
   */
  run<T>(request: AdmissionRequest, work: () => Promise<T>): Promise<T>;
  /** What is under way and what waits. */
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

  /** Nobody is overtaken by one of the same group, nor by anybody while there is no room at all. */
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
        admitWaiting(); // Who stood behind it may fit.
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
