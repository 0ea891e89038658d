/** ExifTool, one process, on the child's main thread: started from a pool thread it would outlive it. */
import { basename } from 'node:path';
import { ExifTool } from 'exiftool-vendored';
import { EXIFTOOL_SILENCE, type ExifTags } from './worker-services.js';

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
    taskTimeoutMillis: timeoutMs,
    minDelayBetweenSpawnMillis: 0,
  });
  const inTurn = createTurns();
  const version = use ? await tool.version().catch(() => null) : null; // the limitation is told once, by the host
  return {
    version,
    async readTags(path, args, onTurn) {
      if (version === null) return null;
      const options = { readArgs: ['-G1', ...args], useMWG: false, ignoreMinorErrors: true };
      const found = await inTurn(onTurn, () => tool.readRaw(safePath(path), options));
      return found as unknown as ExifTags; // plain JSON; every value is checked where it is used
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

/** Runs one request after another, whatever becomes of them, so that it is known which one ExifTool is at. */
function createTurns(): <T>(onTurn: () => void, request: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (onTurn, request) => {
    const mine = last.then(() => {
      onTurn();
      return request();
    });
    last = mine.catch(() => {}); // it is its own caller's
    return mine;
  };
}

/** A line break in a path would be another argument to ExifTool. Our links never hold one; this stays so. */
function safePath(path: string): string {
  if (/[\r\n\0]/.test(path)) throw new TypeError(`a control character in ${JSON.stringify(basename(path))}`);
  return path;
}
