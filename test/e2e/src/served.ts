import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tempFolder } from '@clip-watch/test-support';
import { MAIN } from './run-cli.js';

/** `clip-watch serve` in a process of its own, on a free port, with a data folder of its own. */
export interface Served extends AsyncDisposable {
  /** Without a slash at its end; `unix:/path` for a socket. */
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  /** Everything that it wrote to standard error so far. */
  log(): string;
  /** Lines of its log that say that something went wrong: level error and above. */
  errorLines(): readonly string[];
  /** Lines of its log of level warn and above. */
  warnings(): readonly string[];
  /** SIGTERM. @returns the exit code, null when it was killed */
  stop(): Promise<number | null>;
}

export async function startServed(
  env: Readonly<Record<string, string>>,
  paths: readonly string[] = [],
  /** Another user than the test's own, which only root can name. */
  user: { readonly uid?: number } = {},
): Promise<Served> {
  const data = tempFolder();
  const child = spawn(process.execPath, [MAIN, 'serve', ...paths], {
    env: {
      PATH: process.env.PATH,
      HOME: data.path,
      CLIP_WATCH_DATA_DIR: data.path,
      PORT: '0',
      APOLLO_URL: 'disabled',
      LOG_LEVEL: 'debug',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(user.uid === undefined ? {} : { uid: user.uid, gid: user.uid }),
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const linesOf = (level: RegExp): readonly string[] =>
    log
      .split('\n')
      .filter((line) => level.test(line))
      .map((line) => line.slice(0, 400));
  const stop = async (): Promise<number | null> => {
    if (isRunning(child) && child.kill('SIGTERM')) await once(child, 'exit');
    data[Symbol.dispose]();
    return child.exitCode;
  };
  try {
    const url = await announcedAddress(child, () => log);
    return {
      url,
      pid: child.pid!,
      dataDir: env.CLIP_WATCH_DATA_DIR ?? data.path,
      log: () => log,
      errorLines: () => linesOf(/"level":[56]0\b/),
      warnings: () => linesOf(/"level":[456]0\b/),
      stop,
      [Symbol.asyncDispose]: () => stop().then(() => {}),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

function announcedAddress(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const url = /clip-watch: (http\S+(?=\/\s)|unix:\S+(?=\s))/.exec(out)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${log()}`)));
  });
}

/** A figure of `/proc/PID/status` in bytes: `VmRSS` is held now, `VmHWM` is the most that ever was. */
export function memoryOf(pid: number, figure: 'VmRSS' | 'VmHWM'): number | undefined {
  try {
    const line = new RegExp(`${figure}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return line === null ? undefined : Number(line[1]) * 1024;
  } catch {
    return undefined; // It ended, or this is no Linux.
  }
}

/** Open descriptors of a process. */
export function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Children, their children and so on, by process id. */
export function descendantsOf(pid: number): readonly number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentOf(Number(name))] as const),
  );
  const below = (id: number): readonly number[] =>
    [...parents].filter(([, parent]) => parent === id).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

function parentOf(pid: number): number | undefined {
  try {
    // The name in brackets may hold anything.
    return Number(/\) \S+ (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined; // It ended meanwhile.
  }
}

/** Whether a process is there; one that ended and was not yet waited for is not. */
export function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}`)) return false;
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
