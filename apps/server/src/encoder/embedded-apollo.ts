import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import {
  type Child,
  type ChildEnd,
  childEnvironment,
  describeHang,
  makeOwnedFolder,
  type RunTimer,
  restartPauseMs,
  startChild,
} from '@clip-watch/processes';
import type { BaseLogger } from 'pino';
import { HostError } from '../errors.js';

export interface EmbeddedApolloOptions {
  readonly dataDir: string;
  readonly clipModel: string | null;
  readonly clipModelDir: string | null;
  /** Sessions side by side. */
  readonly children: number;
  /** Gives up the start. */
  readonly signal?: AbortSignal | undefined;
  readonly log?: Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error'>;
}

/**
 * The encoder that the host starts for itself, on a Unix socket in a folder of mode 700.
 * `starting`: no line yet. `serving`: it said that it listens. `waiting`: it died, or was silent and was killed, and is
 * started again after a pause.
 * `closed`: over.
 */
export interface EmbeddedApollo extends AsyncDisposable {
  /** `unix:/path`, the same over restarts. */
  readonly address: string;
  readonly state: 'starting' | 'serving' | 'waiting' | 'closed';
  /** What it said when it could not start; null while nothing is wrong. */
  readonly reason: string | null;
  readonly pid: number | undefined;
  /** Opaque version of the model that it serves; null before it first did. */
  readonly modelVersion: string | null;
  readonly modelName: string | null;
  /** SIGTERM, then SIGKILL after a grace. Same promise every time. */
  close(): Promise<void>;
}

const LISTENING = /^listening \S+ model (\S+) version (\S+)/;
// In its own time, in which reading a model from a slow disk does not count.
const START_TIMEOUT_MS = 180_000;
/** It says once a second that it lives. */
const SILENCE_MS = 10_000;
const STOP_GRACE_MS = 3_000;
const LINES_KEPT = 5;
const RESTART = { baseMs: 500, capMs: 30_000 };

/**
 * Starts the encoder and waits until it serves.
 * @throws HostError ENCODER_START with the encoder's own line when it cannot start at all (an unusable model folder);
 * the signal's reason
 */
export async function startEmbeddedApollo(options: EmbeddedApolloOptions): Promise<EmbeddedApollo> {
  const supervisor = new Supervisor(options);
  await supervisor.start();
  return supervisor;
}

class Supervisor implements EmbeddedApollo {
  readonly address: string;
  state: EmbeddedApollo['state'] = 'starting';
  reason: string | null = null;
  modelVersion: string | null = null;
  modelName: string | null = null;
  readonly #folder: string;
  readonly #options: EmbeddedApolloOptions;
  #child: Child | null = null;
  #silence: RunTimer | undefined;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: EmbeddedApolloOptions) {
    this.#options = options;
    this.#folder = makeOwnedFolder(tmpdir(), 'encoder');
    this.address = `unix:${join(this.#folder, 'apollo.sock')}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    const { signal } = this.#options;
    const giveUp = (): void => void this.close();
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      signal?.throwIfAborted();
      await this.#run();
      signal?.throwIfAborted();
    } catch (error) {
      await this.close();
      signal?.throwIfAborted(); // It ended because of that.
      throw error;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** One life of the child: resolves when it serves, rejects when it ended before that. */
  #run(): Promise<void> {
    const lines: string[] = [];
    return new Promise((resolve, reject) => {
      const child = startChild({
        file: apolloMain(),
        args: ['--listen', this.address, '--stop-with-parent', '--children', String(this.#options.children)],
        env: environmentOf(this.#options),
        pipes: [0, 1],
        channel: 'json',
        onMessage: () => this.#silence?.refresh(),
        onErrorLine: (line) => this.#onErrorLine(line, lines),
        onEnd: (end) => {
          start.stop();
          this.#silence?.stop();
          this.#onEnd(end, lines);
          const message = end.error === undefined ? startFailure(end, lines) : `cannot start the encoder: ${end.cause}`;
          reject(new HostError('ENCODER_START', message, { cause: end.error }));
        },
      });
      this.#child = child;
      const start = child.clock.after({ limitMs: START_TIMEOUT_MS, readingIsProgress: true }, (why) =>
        child.kill(`it did not start in time: ${describeHang(why)}`),
      );
      const [input, output] = child.stdio;
      // The pipe only tells the child whether this process lives; its end is no error.
      input?.on('error', () => {});
      if (!(output instanceof Readable)) throw new TypeError('the encoder has no standard output');
      createInterface({ input: output }).on('line', (line) => {
        if (!LISTENING.test(line)) return;
        start.stop();
        this.#silence = child.clock.after(SILENCE_MS, (why) => child.kill(`it was silent: ${describeHang(why)}`));
        this.#onServing(line);
        resolve();
      });
    });
  }

  #onErrorLine(line: string, lines: string[]): void {
    lines.push(line);
    if (lines.length > LINES_KEPT) lines.shift();
    this.#options.log?.debug({ line }, 'encoder says');
  }

  #onServing(line: string): void {
    this.state = 'serving';
    this.reason = null;
    [, this.modelName = null, this.modelVersion = null] = LISTENING.exec(line) ?? [];
    this.#failures = 0;
    this.#options.log?.info({ encoder: line }, 'the embedded encoder serves');
  }

  #onEnd(end: ChildEnd, lines: readonly string[]): void {
    this.#child = null;
    if (this.#closing !== undefined || this.state === 'starting') return;
    this.state = 'waiting';
    this.reason = startFailure(end, lines);
    const { code, signal, cause } = end;
    const delayMs = restartPauseMs(this.#failures++, RESTART);
    this.#options.log?.warn({ code, signal, cause, delayMs }, 'the embedded encoder ended; it is started again');
    this.#timer = setTimeout(
      () =>
        void this.#run().catch((error: Error) => {
          // `onEnd` has planned the next try already.
          this.reason = error.message;
        }),
      delayMs,
    );
    this.#timer.unref();
  }

  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  async #stop(): Promise<void> {
    this.state = 'closed';
    clearTimeout(this.#timer);
    await this.#child?.stop(STOP_GRACE_MS);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The encoder is a program of its own: it is found, never imported. */
export function apolloMain(): string {
  return createRequire(import.meta.url).resolve('@clip-watch/apollo/main');
}

function environmentOf({ dataDir, clipModel, clipModelDir }: EmbeddedApolloOptions): Record<string, string> {
  return childEnvironment(
    {
      CLIP_WATCH_DATA_DIR: dataDir,
      ...(clipModel === null ? {} : { CLIP_MODEL: clipModel }),
      ...(clipModelDir === null ? {} : { CLIP_MODEL_DIR: clipModelDir }),
    },
    { network: true },
  );
}

/** Why it was killed, or its last word: a plain line for people, or the message of its last log line. */
function startFailure({ cause, how, isWanted }: ChildEnd, lines: readonly string[]): string {
  if (isWanted) return `the encoder was ended: ${cause}`;
  return lines.map(plainText).findLast((line) => line !== '') ?? `the encoder ended at once (${how})`;
}

function plainText(line: string): string {
  if (!line.startsWith('{')) return line.trim();
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null && 'msg' in entry ? String(entry.msg) : '';
  } catch {
    return line.trim(); // A line that only looks like JSON.
  }
}
