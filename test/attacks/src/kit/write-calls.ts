/** Finds in an strace what a program did to files below a folder, other than read them. */
import { join } from 'node:path';

/** Everything that opens, changes, makes or takes away a file, with the paths of descriptors, in every child too. */
export const STRACE: readonly string[] = [
  'strace',
  '-f',
  '-y',
  '-qq',
  '-s',
  '4096',
  '-e',
  'trace=/^(open|openat|openat2|creat|rename.*|unlink.*|rmdir|mkdir.*|mknod.*|link.*|symlink.*|f?chmod.*|f?l?chown.*|utime.*|futimesat|f?truncate|[lf]?setxattr|[lf]?removexattr|fallocate)$',
  '-o',
];

const OPENS = /^(open|openat|openat2)$/;
const WRITES = /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE/;

export interface WriteCalls {
  /** Lines that tell of a write-like call on something below the folder, whether it succeeded or not. */
  readonly writes: readonly string[];
  /** Calls on something below it in all: that it was read at all. */
  readonly calls: number;
}

export function findWriteCalls(trace: string, folder: string): WriteCalls {
  const all = wholeCalls(trace);
  const isBelow = (path: string): boolean => path === folder || path.startsWith(`${folder}/`);
  const workingFolders = new Set([...trace.matchAll(/AT_FDCWD<([^>]*)>/g)].map((match) => match[1] ?? ''));
  const below = all.filter((call) => pathsOf(call, workingFolders).some(isBelow));
  return { calls: below.length, writes: below.filter(isWrite) };
}

function isWrite(call: string): boolean {
  const name = /^(\w+)\(/.exec(call)?.[1] ?? '';
  // A link's own target is only a text; where it is made stands behind it.
  return OPENS.test(name) ? WRITES.test(call) : true;
}

/** Puts calls that strace tells in two halves together; each thread has one at a time. */
function wholeCalls(trace: string): readonly string[] {
  const halves = new Map<string, string>();
  const whole: string[] = [];
  for (const line of trace.split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const half = /^(.*) <unfinished \.\.\.>$/.exec(rest)?.[1];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)?.[1];
    if (half !== undefined) halves.set(thread, half);
    else if (resumed !== undefined) {
      whole.push((halves.get(thread) ?? '') + resumed);
      halves.delete(thread);
    } else if (/^\w+\(/.test(rest)) whole.push(rest);
  }
  // A thread that was killed in the middle of a call.
  return [...whole, ...halves.values()];
}

/**
 * Names in quotes, taken from the folder before them where they are relative, and the paths of descriptors.
 * @param workingFolders all that any process had: an old call such as `chmod` does not say in which it was made
 */
function pathsOf(call: string, workingFolders: ReadonlySet<string>): readonly string[] {
  const named = [...call.matchAll(/(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"/g)];
  const paths = named.flatMap(([, base, name = '']) => {
    if (name.startsWith('/')) return [join(name)];
    return (base === undefined ? [...workingFolders] : [base]).map((folder) => join(folder, name));
  });
  const descriptors = [...call.matchAll(/\b\d+<([^>]*)>/g)].map((match) => match[1] ?? '');
  return [...paths, ...descriptors];
}
