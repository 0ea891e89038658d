import { availableParallelism, tmpdir, totalmem } from 'node:os';
import type { Logger } from '@clip-watch/basics';
import type { DecodeLimits } from './host-protocol.js';

/** Settings of the decode host; every one of them has a default. */
export interface DecodeHostOptions {
  /** Pictures in hand at once. Default: one more than the cores, so that reading and handing over leave none idle. */
  readonly threads?: number;
  /** How far the child gives way to everything else: 0 not at all, 19 is the most. Default 10. */
  readonly nice?: number;
  /** Where the private temporary folder is made; never below a library. Default: the system's temporary folder. */
  readonly tempParent?: string;
  /**
   * After this long without a byte from the disk its library is served by another child; the photo is still waited for.
   * This limit and the next two run on the child's own time: waiting for a CPU does not count. Default 3,000.
   */
  readonly stallMs?: number;
  /** A photo that the disk has not given within this long is given up, and its child replaced. Default 15,000. */
  readonly readDeadlineMs?: number;
  /** The same for its decoding. Default 30,000. */
  readonly decodeDeadlineMs?: number;
  /** How long `close` waits for running work. Default 3,000. */
  readonly closeGraceMs?: number;
  /** A child above this is killed and replaced. Default: half of the machine's memory, 2 GiB at most. */
  readonly maxChildRssBytes?: number;
  /** False: no Perl is started, as if it were not installed. Default true. */
  readonly useExifTool?: boolean;
  /** What a single file may cost. Defaults: 512 MiB, 210 megapixels, 60 where a picture is held whole. */
  readonly limits?: Partial<DecodeLimits>;
  /** Default: nothing is logged. */
  readonly log?: Logger;
}

export interface ResolvedDecodeHostOptions extends Required<Omit<DecodeHostOptions, 'limits' | 'log'>> {
  readonly limits: DecodeLimits;
  readonly log: Logger | undefined;
}

const DEFAULT_LIMITS: DecodeLimits = {
  maxFileBytes: 512 << 20,
  maxPixels: 210e6,
  maxWholePixels: 60e6,
  decodeBudgetBytes: 768 << 20,
};

/** @throws TypeError naming every option that is out of bounds */
export function resolveDecodeHostOptions(options: DecodeHostOptions): ResolvedDecodeHostOptions {
  const resolved = {
    threads: options.threads ?? availableParallelism() + 1,
    nice: options.nice ?? 10,
    tempParent: options.tempParent ?? tmpdir(),
    stallMs: options.stallMs ?? 3000,
    readDeadlineMs: options.readDeadlineMs ?? 15_000,
    decodeDeadlineMs: options.decodeDeadlineMs ?? 30_000,
    closeGraceMs: options.closeGraceMs ?? 3000,
    maxChildRssBytes: options.maxChildRssBytes ?? Math.min(2 * 2 ** 30, totalmem() / 2),
    useExifTool: options.useExifTool ?? true,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    log: options.log,
  };
  const bounds: readonly (readonly [name: string, value: number, low: number, high: number])[] = [
    ['threads', resolved.threads, 1, 256],
    ['nice', resolved.nice, 0, 19],
    ['stallMs', resolved.stallMs, 10, 3_600_000],
    ['readDeadlineMs', resolved.readDeadlineMs, 10, 3_600_000],
    ['decodeDeadlineMs', resolved.decodeDeadlineMs, 10, 3_600_000],
    ['closeGraceMs', resolved.closeGraceMs, 0, 60_000],
    ['maxChildRssBytes', resolved.maxChildRssBytes, 64 << 20, 2 ** 50],
    ...Object.entries(resolved.limits).map(([name, value]) => [`limits.${name}`, value, 1, 2 ** 50] as const),
  ];
  const problems = bounds
    .filter(([, value, low, high]) => !(value >= low && value <= high))
    .map(([name, value, low, high]) => `${name} is ${value}, not ${low} to ${high}`);
  if (problems.length > 0) throw new TypeError(`DecodeHost options: ${problems.join('; ')}`);
  return Object.freeze(resolved);
}
