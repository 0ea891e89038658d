import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BaseLogger } from 'pino';
import { inheritedEnvironment } from '../config/config.js';
import { HostError } from '../errors.js';
import { restartDelayMs } from './restart-delay.js';

export interface EmbeddedApolloOptions {
  readonly dataDir: string;
  readonly clipModel: string | null;
  readonly clipModelDir: string | null;
  /** Sessions side by side. */
  readonly children: number;
  readonly log?: Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error'>;
  /** Random numbers in [0, 1) for jitter. Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * The encoder that the host starts for itself, on a Unix socket in a folder of mode 700.
 * `starting`: no line yet. `serving`: it said that it listens. `waiting`: it died, and is started again after a pause.
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
// Loading a model from a slow disk is minutes at most; a child that says nothing for longer is stuck.
const START_TIMEOUT_MS = 180_000;
const STOP_GRACE_MS = 3_000;
const LINES_KEPT = 5;

/**
 * Starts the encoder and waits until it serves.
 * @throws HostError ENCODER_START with the encoder's own line when it cannot start at all (an unusable model folder)
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
  private readonly folder: string;
  private readonly options: EmbeddedApolloOptions;
  private child: ChildProcess | null = null;
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;
  private closing: Promise<void> | undefined;

  constructor(options: EmbeddedApolloOptions) {
    this.options = options;
    this.folder = mkdtempSync(join(tmpdir(), 'clip-watch-'));
    this.address = `unix:${join(this.folder, 'apollo.sock')}`;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  async start(): Promise<void> {
    try {
      await this.run();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** One life of the child: resolves when it serves, rejects when it ended before that. */
  private run(): Promise<void> {
    const lines: string[] = [];
    const args = ['--listen', this.address, '--stop-with-parent', '--children', String(this.options.children)];
    const child = spawn(process.execPath, [apolloMain(), ...args], {
      env: childEnvironment(this.options),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child = child;
    // The pipe only tells the child whether this process lives; its end is no error.
    child.stdin?.on('error', () => {});
    createInterface({ input: child.stderr! }).on('line', (line) => this.onErrorLine(line, lines));
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
      timeout.unref();
      createInterface({ input: child.stdout! }).on('line', (line) => {
        if (!LISTENING.test(line)) return;
        clearTimeout(timeout);
        this.onServing(line);
        resolve();
      });
      child.on('error', (cause) =>
        reject(new HostError('ENCODER_START', `cannot start the encoder: ${cause.message}`, { cause })),
      );
      child.on('close', (code, signal) => {
        clearTimeout(timeout);
        this.onEnd(code, signal, lines);
        reject(new HostError('ENCODER_START', startFailure(code, signal, lines)));
      });
    });
  }

  private onErrorLine(line: string, lines: string[]): void {
    lines.push(line);
    if (lines.length > LINES_KEPT) lines.shift();
    this.options.log?.debug({ line }, 'encoder says');
  }

  private onServing(line: string): void {
    this.state = 'serving';
    this.reason = null;
    [, this.modelName = null, this.modelVersion = null] = LISTENING.exec(line) ?? [];
    this.failures = 0;
    this.options.log?.info({ encoder: line }, 'the embedded encoder serves');
  }

  private onEnd(code: number | null, signal: NodeJS.Signals | null, lines: readonly string[]): void {
    this.child = null;
    if (this.closing !== undefined || this.state === 'starting') return;
    this.state = 'waiting';
    this.reason = startFailure(code, signal, lines);
    const delayMs = restartDelayMs(this.failures++, this.options.random ?? Math.random);
    this.options.log?.warn({ code, signal, delayMs }, 'the embedded encoder ended; it is started again');
    this.timer = setTimeout(
      () =>
        void this.run().catch((error: Error) => {
          // `onEnd` has planned the next try already.
          this.reason = error.message;
        }),
      delayMs,
    );
    this.timer.unref();
  }

  close(): Promise<void> {
    this.closing ??= this.stop();
    return this.closing;
  }

  private async stop(): Promise<void> {
    this.state = 'closed';
    clearTimeout(this.timer);
    const child = this.child;
    if (child !== null && child.exitCode === null && child.signalCode === null) await endChild(child);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  await ended;
  clearTimeout(force);
}

/** The encoder is a program of its own: it is found, never imported. */
export function apolloMain(): string {
  return createRequire(import.meta.url).resolve('@clip-watch/apollo/main');
}

function childEnvironment({ dataDir, clipModel, clipModelDir }: EmbeddedApolloOptions): NodeJS.ProcessEnv {
  return {
    ...inheritedEnvironment(),
    CLIP_WATCH_DATA_DIR: dataDir,
    ...(clipModel === null ? {} : { CLIP_MODEL: clipModel }),
    ...(clipModelDir === null ? {} : { CLIP_MODEL_DIR: clipModelDir }),
  };
}

/** The encoder's last word: a plain line for people, or the message of its last log line. */
function startFailure(code: number | null, signal: NodeJS.Signals | null, lines: readonly string[]): string {
  const last = lines.map(plainText).findLast((line) => line !== '');
  return last ?? `the encoder ended at once (${signal ?? `exit ${code}`})`;
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
