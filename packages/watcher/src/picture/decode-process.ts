/** One decode child as the host sees it: started, listened to, watched, killed. */
import { type ChildProcess, fork } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DecodeHostError } from './decode-host-error.js';
import type { ChildSettings, DecoderVersions, FromChild, PhotoProgress, ToChild } from './host-protocol.js';

export interface DecodeProcess {
  readonly versions: DecoderVersions;
  readonly rssBytes: number;
  send(message: ToChild): void;
  /** Ends the child and its ExifTool at once, whatever they are doing. */
  kill(): void;
  /** Resolves when it has ended, or when it is given up: a process that a dead mount holds cannot be reaped. */
  readonly ended: Promise<void>;
}

/** A call's message; the others are for this file. */
export type CallMessage = Exclude<FromChild, { kind: 'ready' | 'beat' }>;

export interface DecodeProcessEvents {
  onMessage(message: CallMessage): void;
  /** Ten times a second: where the photos in hand are. */
  onProgress(inHand: readonly PhotoProgress[]): void;
  /** Called once, with one sentence about why. */
  onEnd(cause: string): void;
}

// Resolves to the built file from src/ and from dist/ alike, so that tests run the one that ships.
const CHILD_PATH = fileURLToPath(new URL('../../dist/picture/decode-child.js', import.meta.url));
const START_TIMEOUT_MS = 30_000;
const REAP_MS = 1000;
const WATCH_MS = 1000;
/** Counted in ticks of our own clock: a laptop that slept has not been silent. */
const SILENT_TICKS = 6;
const MAX_COMPLAINT = 500;

/**
 * @returns once the child can take calls
 * @throws DecodeHostError START_FAILED
 */
export async function startDecodeProcess(
  settings: ChildSettings,
  maxRssBytes: number,
  events: DecodeProcessEvents,
): Promise<DecodeProcess> {
  const child = forkChild(settings);
  const life = followLife(child, settings.tempFolder, events);
  const startTimer = setTimeout(() => life.kill('it did not start in time'), START_TIMEOUT_MS).unref();
  let rssBytes = 0;
  const ready = new Promise<DecoderVersions>((resolve, reject) => {
    child.on('message', (message: FromChild) => {
      life.heard();
      if (message.kind === 'ready') resolve(message.versions);
      else if (message.kind !== 'beat') events.onMessage(message);
      else {
        events.onProgress(message.inHand);
        rssBytes = message.rssBytes;
        if (rssBytes > maxRssBytes) life.kill(`it grew to ${Math.round(rssBytes / 2 ** 20)} MiB`);
      }
    });
    void life.ended.then((cause) => {
      reject(new DecodeHostError('START_FAILED', `The decoder did not start: ${cause}.`));
    });
  });
  const versions = await ready.finally(() => clearTimeout(startTimer));
  const watch = setInterval(() => life.watch(), WATCH_MS).unref(); // while it starts, it has other things to do
  void life.ended.then(() => clearInterval(watch));
  return {
    versions,
    get rssBytes() {
      return rssBytes;
    },
    send: (message) => void (child.connected && child.send(message, () => {})),
    kill: () => life.kill('it was replaced'),
    ended: life.ended.then(() => undefined),
  };
}

function forkChild(settings: ChildSettings): ChildProcess {
  return fork(CHILD_PATH, [JSON.stringify(settings)], {
    serialization: 'advanced',
    detached: true, // a process group of its own: killing it takes ExifTool along
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      ...process.env,
      MALLOC_ARENA_MAX: '4', // with one a thread, glibc keeps more memory; with two, decoding takes 3 % longer
      UV_THREADPOOL_SIZE: String(Math.max(4, settings.threads + 2)),
      VIPS_BLOCK_UNTRUSTED: '1',
    },
  });
}

interface ChildLife {
  /** Resolves with the cause. */
  readonly ended: Promise<string>;
  kill(why: string): void;
  /** A message came. */
  heard(): void;
  /** Once a second: a child that has said nothing for several seconds is killed. */
  watch(): void;
}

function followLife(child: ChildProcess, tempFolder: string, events: DecodeProcessEvents): ChildLife {
  let cause = '';
  let complaint = '';
  let silentTicks = 0;
  let end: (cause: string) => void = () => {};
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  void ended.then((why) => {
    killGroup(child.pid); // what the child left behind
    if (child.connected) child.disconnect();
    child.stderr?.destroy();
    child.unref();
    void removeLeftovers(tempFolder, child.pid);
    events.onEnd(why);
  });
  const kill = (why: string): void => {
    cause ||= why;
    killGroup(child.pid);
    setTimeout(() => end(cause), REAP_MS).unref();
  };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-MAX_COMPLAINT);
  });
  child.on('error', (error) => kill(error.message));
  child.on('exit', (code, signal) => end(cause || complaint.trim() || `it ended with ${signal ?? `code ${code}`}`));
  return {
    ended,
    kill,
    heard() {
      silentTicks = 0;
    },
    watch() {
      silentTicks += 1;
      if (silentTicks >= SILENT_TICKS) kill('it was silent');
    },
  };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already, which is what was wanted.
  }
}

/** Temporary names begin with the process that made them; a spooled answer may still be read. */
async function removeLeftovers(folder: string, pid: number | undefined): Promise<void> {
  const names = await readdir(folder).catch(() => []); // the whole folder is gone after `close`
  const mine = names.filter((name) => name.startsWith(`${pid}-`) && !name.endsWith('.spool'));
  await Promise.all(mine.map((name) => rm(join(folder, name), { force: true })));
}
