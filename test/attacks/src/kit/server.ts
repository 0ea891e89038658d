/** `clip-watch serve` as a user starts it: its own process, its own data folder, a free port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Api, createApi } from './api.js';
import { descendantsOf, expectGone, signal } from './processes.js';

export const MAIN: string = fileURLToPath(new URL('../../../../apps/server/dist/cli/main.js', import.meta.url));
const MOST_LOG = 4_000_000;

export interface ServerOptions {
  readonly dataDir: string;
  /** Folders that become libraries. */
  readonly roots?: readonly string[];
  /** Settings, and what the process itself is to have. */
  readonly env?: Readonly<Record<string, string>>;
  /** Words before the command, for example strace and its options. */
  readonly wrap?: readonly string[];
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Server extends AsyncDisposable {
  readonly pid: number;
  readonly token: string;
  /** Once it listens. @throws Error when it ended before that */
  readonly api: Promise<Api>;
  readonly ended: Promise<Ending>;
  /** Standard error so far. */
  log(): string;
  /** Once it has said its first word. */
  readonly spoke: Promise<void>;
  /** Lines of the log at level error and above. */
  errorLines(): readonly string[];
  isRunning(): boolean;
  /** SIGTERM, and what became of it. @throws Error for orphans */
  stop(): Promise<Ending>;
  /** SIGKILL. @param whom the main process alone, or every process there is @throws Error for orphans */
  kill(whom: 'main' | 'tree'): Promise<void>;
}

export function startServer({ dataDir, roots = [], env = {}, wrap = [] }: ServerOptions): Server {
  const token = env.AUTH_TOKEN ?? randomBytes(32).toString('base64url');
  const [command = process.execPath, ...args] = [...wrap, process.execPath, MAIN, 'serve', ...roots];
  const child = spawn(command, args, {
    // Nothing of the test run's own environment, which may hold settings.
    env: {
      PATH: process.env.PATH,
      HOME: dataDir,
      CLIP_WATCH_DATA_DIR: dataDir,
      AUTH_TOKEN: token,
      PORT: '0',
      SCAN_INTERVAL_S: '2',
      LOG_LEVEL: 'info',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  const log = keepLog(child);
  const ended = once(child, 'exit').then(([code, name]) => ({ code, signal: name }) as Ending); // as Node documents it
  const pid = child.pid ?? 0;
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const spoke = Promise.race([once(child.stderr!, 'data'), once(child.stdout!, 'data'), ended]).then(() => {});
  const api = listening(child, log).then((url) => createApi(url, token));
  api.catch(() => {}); // Who waits for it hears of it.

  const end = async (how: string, act: () => void): Promise<Ending> => {
    const children = descendantsOf(pid);
    if (isRunning()) act();
    const ending = await ended;
    await expectGone(children, how);
    return ending;
  };
  const server: Server = {
    pid,
    token,
    api,
    ended,
    spoke,
    log,
    isRunning,
    errorLines: () =>
      log()
        .split('\n')
        .filter((line) => /"level":[56]0\b/.test(line)),
    // A wrapper may keep the signal to itself: strace does.
    stop: () => end('a stop', () => void signal(wrap.length === 0 ? pid : (descendantsOf(pid)[0] ?? pid), 'SIGTERM')),
    async kill(whom) {
      await end(`a kill of the ${whom}`, () => {
        const children = whom === 'tree' ? descendantsOf(pid) : [];
        for (const id of [pid, ...children]) signal(id, 'SIGKILL');
      });
    },
    async [Symbol.asyncDispose]() {
      if (isRunning()) await server.kill('tree');
    },
  };
  return server;
}

function keepLog(child: ChildProcess): () => string {
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-MOST_LOG);
  });
  return () => log;
}

function listening(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const url = /http:\/\/[^\s/]+:\d+/.exec(out)?.[0];
      if (url !== undefined) resolve(url);
    });
    child.once('error', reject);
    child.once('exit', (code, name) =>
      reject(new Error(`the server ended (${name ?? code}):\n${log().slice(-2_000)}`)),
    );
  });
}
