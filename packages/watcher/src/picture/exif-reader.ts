/** ExifTool, one process, on the child's main thread: started from a pool thread it would outlive it. */
import { basename } from 'node:path';
import { createRunClock, describeHang, type RunClock } from '@clip-watch/processes';
import { ExifTool } from 'exiftool-vendored';
import { EXIFTOOL_SILENCE, type ExifTags } from './host/worker-services.js';

export interface ExifReader {
  /** Null when ExifTool cannot run here, which means that Perl is missing. */
  readonly version: string | null;
  /** @param onTurn called when the requests before this one have ended: ExifTool works on one at a time */
  readTags(path: string, args: readonly string[], onTurn: () => void): Promise<ExifTags | null>;
  extractTag(path: string, tag: string, target: string, onTurn: () => void): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * @param use false: as if Perl were missing
 * @param timeoutMs one file may keep ExifTool this long; then its process is replaced, and the files behind it go on
 */
export async function openExifReader(use: boolean, timeoutMs: number): Promise<ExifReader> {
  const { LD_PRELOAD } = process.env;
  const tool = new ExifTool({
    maxProcs: 1,
    exiftoolEnv: LD_PRELOAD === undefined ? {} : { LD_PRELOAD }, // its environment is empty otherwise
    taskRetries: 0, // a file that hangs it would do so again
    // Its own time-outs go by the clock on the wall, and end it on a busy machine.
    spawnTimeoutMillis: 0,
    taskTimeoutMillis: 0,
    minDelayBetweenSpawnMillis: 0,
  });
  const inTurn = createTurns(createRunClock(process.pid), timeoutMs, () => killAll(tool.pids));
  const version = use
    ? await inTurn(
        () => {},
        () => tool.version(),
      ).catch(() => null)
    : null; // told once, by the host
  return {
    version,
    async readTags(path, args, onTurn) {
      if (version === null) return null;
      const options = { readArgs: ['-G1', ...args], useMWG: false, ignoreMinorErrors: true };
      const found = await inTurn(onTurn, () => tool.readRaw(safePath(path), options));
      return { ...found }; // plain JSON; every value is checked where it is used
    },
    async extractTag(path, tag, target, onTurn) {
      if (version === null) return false;
      return inTurn(onTurn, () => tool.extractBinaryTag(tag, safePath(path), safePath(target))).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Error && EXIFTOOL_SILENCE.test(error.message)) throw error;
          return false; // announced, but a stub or cut off: the next preview is tried
        },
      );
    },
    close: () => tool.end(true),
  };
}

/**
 * Runs one request after another, whatever becomes of them, so that it is known which one ExifTool is at. One that
 * takes too long ends ExifTool, which is started again for the next.
 */
function createTurns(
  clock: RunClock,
  timeoutMs: number,
  onSilence: () => void,
): <T>(onTurn: () => void, request: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  const within = <T>(request: () => Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const timer = clock.after(timeoutMs, (why) => {
        reject(new Error(`timeout: ${describeHang(why)}`));
        onSilence();
      });
      request()
        .then(resolve, reject)
        .finally(() => timer.stop());
    });
  return (onTurn, request) => {
    const mine = last.then(() => {
      onTurn();
      return within(request);
    });
    last = mine.catch(() => {}); // it is its own caller's
    return mine;
  };
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** A line break in a path would be another argument to ExifTool. Our links never hold one; this stays so. */
function safePath(path: string): string {
  if (/[\r\n\0]/.test(path)) throw new TypeError(`a control character in ${JSON.stringify(basename(path))}`);
  return path;
}
