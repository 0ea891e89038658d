import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { openDatabase, type PhotoFacts } from '@clip-watch/db';

export const MODEL = { version: 'model-a', name: 'A', dimension: 32 } as const;

const WRITER = fileURLToPath(new URL('./db-writer.mjs', import.meta.url));

function photo(at: number): PhotoFacts {
  const relPath = `${at % 100}/${at}.jpg`;
  const unknown = { takenAtOffsetMin: null, cameraMake: null, cameraModel: null, lensModel: null, iso: null };
  return {
    ...unknown,
    relPath,
    fileSize: 1000,
    modifiedAtMs: 1_600_000_000_000 + at,
    contentHash: createHash('sha256').update(relPath).digest('hex'),
    mediaType: 'image/jpeg',
    width: 10,
    height: 10,
    orientation: 1,
    takenAt: null,
    aperture: null,
    exposureS: null,
    focalLengthMm: null,
    gpsLatitude: null,
    gpsLongitude: null,
    changedAtMs: null,
    inode: null,
    skipReason: null,
  };
}

/** A database with so many photos to encode. */
export async function makeBacklog(file: string, photos: number): Promise<void> {
  await using database = await openDatabase({ url: `file:${file}` });
  const library = await database.libraries.add({ name: 'l', rootPath: '/l', excludedDirs: [], rootIdentity: null });
  await database.clipState.pin(MODEL);
  const facts = Array.from({ length: photos }, (_value, at) => photo(at));
  await database.images.upsertPhotos(library.id, facts);
}

export interface WriterOptions {
  readonly file: string;
  readonly owner: string;
  readonly limit: number;
  readonly leaseMs: number;
  /** Words before the writer's own command line, for example strace and its options. */
  readonly wrap?: readonly string[];
  /** Only for the control: the driver's own setting, which a power cut shows to lose rows. */
  readonly synchronous?: 'FULL' | 'NORMAL';
  readonly stopAfter?: number;
  /** Says `ready` and begins when something comes on its standard input. */
  readonly waits?: boolean;
}

export interface Writer {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  /** Lines of the writer's standard output so far. */
  readonly lines: readonly string[];
  readonly ended: Promise<number | null>;
}

/** A process that claims and finishes until nothing is due; it says each claim, and each batch once it is committed. */
export function startWriter(options: WriterOptions): Writer {
  const { wrap = [], ...argument } = { synchronous: 'FULL', stopAfter: Number.MAX_SAFE_INTEGER, ...options };
  const [command = process.execPath, ...args] = [...wrap, process.execPath, WRITER, JSON.stringify(argument)];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  return { child, lines, ended };
}

/** Ids of the lines that begin with a word: `claimed`, `stored`. */
export function idsAfter(lines: readonly string[], word: string): number[] {
  return lines
    .filter((line) => line.startsWith(`${word} `))
    .flatMap((line) => line.slice(word.length + 1).split(','))
    .filter((id) => id !== '')
    .map(Number);
}
