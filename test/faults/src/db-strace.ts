/*
 * What a program did to its files, from an strace of it: writes with their bytes, syncs, truncations, and the lines it
 * said, in the order in which they took effect.
 */
export type FileEvent =
  | { readonly kind: 'write'; readonly path: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly path: string; readonly length: number }
  /** Makes durable what was written before `since`, an index into the events. */
  | { readonly kind: 'sync'; readonly path: string; readonly since: number }
  | { readonly kind: 'said'; readonly line: string };

/** Options that make strace tell all of it: every thread, whole buffers, in hex. */
export const STRACE: readonly string[] = [
  'strace',
  '-f',
  '-xx',
  '-s',
  '400000',
  '-e',
  'trace=openat,close,pwrite64,write,fsync,fdatasync,ftruncate',
  '-o',
];

interface Call {
  readonly name: string;
  readonly args: string;
  readonly result: number;
  /** Events there were when the call began. */
  readonly began: number;
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex');
}

/** A call's beginning. A number is free as soon as its close has begun: another thread may get it before that one has ended. */
const CLOSE = /^close\((\d+)/;

/** Puts calls that strace tells in two halves together; each thread has one at a time. */
function* readCalls(text: string, countEvents: () => number): Generator<Call> {
  const halves = new Map<string, { readonly start: string; readonly began: number }>();
  for (const line of text.split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const closed = CLOSE.exec(rest)?.[1];
    if (closed !== undefined) {
      yield { name: 'close', args: closed, result: 0, began: countEvents() };
      continue;
    }
    if (rest.endsWith('<unfinished ...>')) {
      halves.set(thread, { start: rest.slice(0, -'<unfinished ...>'.length).trimEnd(), began: countEvents() });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1];
    const half = resumed === undefined ? undefined : halves.get(thread);
    const whole = half === undefined ? rest : half.start + (resumed ?? '');
    const call = /^(\w+)\((.*)\)\s+=\s+(-?\d+)/.exec(whole);
    if (call === null) continue;
    yield { name: call[1] ?? '', args: call[2] ?? '', result: Number(call[3]), began: half?.began ?? countEvents() };
  }
}

/** The number at the end of a call's arguments: where a write begins, how long a file is to be. */
function lastNumber(args: string): number {
  const digits = /,\s*(\d+)$/.exec(args)?.[1];
  if (digits === undefined) throw new Error(`strace: no number at the end of ${args.slice(-60)}`);
  return Number(digits);
}

/** @param isWanted which files count */
export function readEvents(text: string, isWanted: (path: string) => boolean): readonly FileEvent[] {
  const events: FileEvent[] = [];
  const open = new Map<number, string>();
  for (const { name, args, result, began } of readCalls(text, () => events.length)) {
    if (result < 0) continue;
    const descriptor = Number.parseInt(args, 10);
    const path = open.get(descriptor);
    const hex = /"((?:\\x[0-9a-f]{2})*)"/.exec(args)?.[1] ?? '';
    if (name === 'openat') {
      const opened = bytesOf(hex).toString();
      if (isWanted(opened)) open.set(result, opened);
      else open.delete(result);
    } else if (name === 'close') open.delete(descriptor);
    else if (name === 'write' && descriptor === 1) events.push({ kind: 'said', line: bytesOf(hex).toString().trim() });
    else if (path === undefined) continue;
    else if (name === 'pwrite64') {
      events.push({ kind: 'write', path, offset: lastNumber(args), bytes: bytesOf(hex) });
    } else if (name === 'ftruncate') {
      events.push({ kind: 'truncate', path, length: lastNumber(args) });
    } else if (name === 'fsync' || name === 'fdatasync') events.push({ kind: 'sync', path, since: began });
  }
  return events;
}
