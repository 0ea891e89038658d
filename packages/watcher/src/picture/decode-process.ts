/** One decode child as the host sees it: started, listened to, watched, killed. */
import { fork } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DecodeHostError } from './decode-host-error.js';
import type { ChildSettings, DecoderVersions, FromChild, ToChild } from './host-protocol.js';

export interface DecodeProcess {
  readonly pid: number;
  readonly versions: DecoderVersions;
  readonly rssBytes: number;
  send(message: ToChild): void;
  /** Ends the child and its ExifTool at once, whatever they are doing. */
  kill(): void;
  /** Resolves when it has ended, or when it is given up: a process that a dead mount holds cannot be reaped. */
  readonly ended: Promise<void>;
}

export interface DecodeProcessEvents {
  onMessage(message: Exclude<FromChild, { kind: 'ready' | 'beat' }>): void;
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

/**
 * @returns once the child can take calls
 * @throws DecodeHostError START_FAILED
 */
export async function startDecodeProcess(
  settings: ChildSettings,
  maxRssBytes: number,
  events: DecodeProcessEvents,
): Promise<DecodeProcess> {
  const child = fork(CHILD_PATH, [JSON.stringify(settings)], {
    serialization: 'advanced',
    detached: true, // a process group of its own: killing it takes ExifTool along
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      ...process.env,
      MALLOC_ARENA_MAX: '2', // glibc keeps an arena a thread, and gives little back
      UV_THREADPOOL_SIZE: String(Math.max(4, settings.threads + 2)),
      VIPS_BLOCK_UNTRUSTED: '1',
    },
  });
  const pid = child.pid;
  let rssBytes = 0;
  let silentTicks = 0;
  let cause = '';
  let complaint = '';
  let over: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    over = resolve;
  });
  const kill = (why: string): void => {
    cause ||= why;
    killGroup(pid);
    void sleep(REAP_MS, undefined, { ref: false }).then(finish);
  };
  const watch = setInterval(() => {
    silentTicks += 1;
    if (silentTicks >= SILENT_TICKS) kill('it was silent');
  }, WATCH_MS).unref();
  let finished = false;
  function finish(): void {
    if (finished) return;
    finished = true;
    clearInterval(watch);
    killGroup(pid); // what the child left behind
    if (child.connected) child.disconnect();
    child.unref();
    void removeLeftovers(settings.tempFolder, pid);
    events.onEnd(cause || complaint || 'it ended by itself');
    over();
  }
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-500);
  });
  child.on('error', (error) => kill(error.message));
  child.on('exit', (code, signal) => {
    cause ||= complaint.trim() || `it ended with ${signal ?? `code ${code}`}`;
    finish();
  });

  const startTimer = setTimeout(() => kill('it did not start in time'), START_TIMEOUT_MS).unref();
  const ready = new Promise<DecoderVersions>((resolve, reject) => {
    child.on('message', (message: FromChild) => {
      silentTicks = 0;
      if (message.kind === 'ready') return resolve(message.versions);
      if (message.kind !== 'beat') return events.onMessage(message);
      rssBytes = message.rssBytes;
      if (rssBytes > maxRssBytes) kill(`it grew to ${Math.round(rssBytes / 2 ** 20)} MiB`);
    });
    void ended.then(() => reject(new DecodeHostError('START_FAILED', `The decoder did not start: ${cause}.`)));
  });
  const versions = await ready;
  clearTimeout(startTimer);
  return {
    pid: pid ?? 0,
    versions,
    get rssBytes() {
      return rssBytes;
    },
    send: (message) => void (child.connected && child.send(message, () => {})),
    kill: () => kill('it was replaced'),
    ended,
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

/** Temporary names begin with the process that made them. */
async function removeLeftovers(folder: string, pid: number | undefined): Promise<void> {
  const names = await readdir(folder).catch(() => []); // the whole folder is gone after `close`
  const mine = names.filter((name) => name.startsWith(`${pid}-`) && !name.endsWith('.spool'));
  await Promise.all(mine.map((name) => rm(join(folder, name), { force: true })));
}
