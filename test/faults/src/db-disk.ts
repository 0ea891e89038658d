import type { FileEvent } from './db-strace.js';

/** What a power cut does to writes that were not synced. */
export type Loss = 'all' | 'half' | 'torn';

const SECTOR_BYTES = 512;

interface Pending {
  readonly at: number;
  apply(content: Buffer): Buffer;
  /** The write as sectors, for a disk that stopped in the middle of it. */
  tear(content: Buffer, random: () => number): Buffer;
}

function writeInto(content: Buffer, offset: number, bytes: Buffer): Buffer {
  const grown =
    content.length >= offset + bytes.length
      ? content
      : Buffer.concat([content, Buffer.alloc(offset + bytes.length - content.length)]);
  bytes.copy(grown, offset);
  return grown;
}

function toPending(event: Extract<FileEvent, { kind: 'write' | 'truncate' }>, at: number): Pending {
  if (event.kind === 'truncate') {
    const cut = (content: Buffer): Buffer => {
      const kept = Buffer.alloc(event.length);
      content.copy(kept, 0, 0, Math.min(content.length, event.length));
      return kept;
    };
    return { at, apply: cut, tear: cut };
  }
  const { offset, bytes } = event;
  return {
    at,
    apply: (content) => writeInto(content, offset, bytes),
    tear(content, random) {
      let torn = content;
      for (let start = 0; start < bytes.length; start += SECTOR_BYTES)
        if (random() < 0.5) torn = writeInto(torn, offset + start, bytes.subarray(start, start + SECTOR_BYTES));
      return torn;
    },
  };
}

/**
 * The files as a power cut right before event `cut` may leave them: what was synced is there, of the rest some or
 * nothing. The making of files is taken for durable, and disks that lie about syncs are not modelled.
 * @param base the files before the first event
 */
export function cutPower(
  base: ReadonlyMap<string, Buffer>,
  events: readonly FileEvent[],
  options: { readonly cut: number; readonly loss: Loss; readonly random: () => number },
): ReadonlyMap<string, Buffer> {
  const { cut, loss, random } = options;
  const durable = new Map<string, Buffer>([...base].map(([path, content]) => [path, Buffer.from(content)]));
  const pending = new Map<string, Pending[]>();
  for (const [at, event] of events.slice(0, cut).entries()) {
    if (event.kind === 'said') continue;
    const waiting = pending.get(event.path) ?? [];
    if (event.kind !== 'sync') {
      pending.set(event.path, [...waiting, toPending(event, at)]);
      continue;
    }
    const synced = waiting.filter((write) => write.at < event.since);
    const before = durable.get(event.path) ?? Buffer.alloc(0);
    const content = synced.reduce<Buffer>((sum, write) => write.apply(sum), before);
    durable.set(event.path, content);
    pending.set(event.path, waiting.slice(synced.length));
  }
  if (loss === 'all') return durable;
  for (const [path, waiting] of pending) {
    let content: Buffer = durable.get(path) ?? Buffer.alloc(0);
    for (const write of waiting) {
      if (random() < 0.5) content = write.apply(content);
      else if (loss === 'torn') content = write.tear(content, random);
    }
    durable.set(path, content);
  }
  return durable;
}
