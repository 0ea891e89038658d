/** One decode child as the host sees it: started, listened to, watched, killed. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment, describeHang, type RunClock, type RunTimer, startChild } from '@clip-watch/processes';
import { DecodeHostError } from './decode-host-error.js';
import type { ChildSettings, DecoderVersions, FromChild, PhotoProgress, ToChild } from './host-protocol.js';

export interface DecodeProcess {
  readonly versions: DecoderVersions;
  readonly rssBytes: number;
  /** Its own time: a child that waits for a CPU is not late. */
  readonly clock: RunClock;
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
const CHILD_PATH = fileURLToPath(new URL('../../../dist/picture/host/decode-child.js', import.meta.url));
const START_TIMEOUT_MS = 30_000;
const SILENCE_MS = 6000;

/**
 * @returns once the child can take calls
 * @throws DecodeHostError START_FAILED
 */
export async function startDecodeProcess(
  settings: ChildSettings,
  maxRssBytes: number,
  events: DecodeProcessEvents,
): Promise<DecodeProcess> {
  let rssBytes = 0;
  let silence: RunTimer | undefined; // not watched while it starts: it has other things to do
  let onReady = (_: DecoderVersions): void => {};
  let onFailed = (_: DecodeHostError): void => {};
  const ready = new Promise<DecoderVersions>((resolve, reject) => {
    [onReady, onFailed] = [resolve, reject];
  });
  const child = startChild({
    file: CHILD_PATH,
    args: [JSON.stringify(settings)],
    env: environmentOf(settings),
    channel: 'advanced',
    ownGroup: true, // killing it takes ExifTool along
    onMessage(received) {
      const message = received as FromChild; // sent by decode-child.ts
      silence?.refresh();
      if (message.kind === 'ready') onReady(message.versions);
      else if (message.kind !== 'beat') events.onMessage(message);
      else {
        events.onProgress(message.inHand);
        rssBytes = message.rssBytes;
        if (rssBytes > maxRssBytes) child.kill(`it grew to ${Math.round(rssBytes / 2 ** 20)} MiB`);
      }
    },
    onEnd({ cause }) {
      start.stop();
      silence?.stop();
      void removeLeftovers(settings.tempFolder, child.pid);
      onFailed(new DecodeHostError('START_FAILED', `The decoder did not start: ${cause}.`));
      events.onEnd(cause);
    },
  });
  const start = child.clock.after({ limitMs: START_TIMEOUT_MS, readingIsProgress: true }, (why) =>
    child.kill(`it did not start in time: ${describeHang(why)}`),
  );
  const versions = await ready.finally(() => start.stop());
  silence = child.clock.after(SILENCE_MS, (why) => child.kill(`it was silent: ${describeHang(why)}`));
  return {
    versions,
    clock: child.clock,
    get rssBytes() {
      return rssBytes;
    },
    send: (message) => child.send(message),
    kill: () => child.kill('it was replaced'),
    ended: child.ended.then(() => undefined),
  };
}

function environmentOf({ threads }: ChildSettings): Record<string, string> {
  return childEnvironment({
    MALLOC_ARENA_MAX: '4', // with one a thread, glibc keeps more memory; with two, decoding takes 3 % longer
    UV_THREADPOOL_SIZE: String(Math.max(4, threads + 2)),
    VIPS_BLOCK_UNTRUSTED: '1',
  });
}

/** Temporary names begin with the process that made them; a spooled answer may still be read. */
async function removeLeftovers(folder: string, pid: number | undefined): Promise<void> {
  const names = await readdir(folder).catch(() => []); // the whole folder is gone after `close`
  const mine = names.filter((name) => name.startsWith(`${pid}-`) && !name.endsWith('.spool'));
  await Promise.all(mine.map((name) => rm(join(folder, name), { force: true })));
}
