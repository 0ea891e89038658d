import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface ApolloProcess extends AsyncDisposable {
  readonly process: ChildProcess;
  /** As a gRPC target. */
  readonly address: string;
  readonly readyLine: string;
  stderr(): string;
  /** Process ids of its children. */
  children(): Promise<number[]>;
}

export interface StartOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly listen?: string;
}

/** The encoder that ships, as a process of its own on a socket of its own. */
export async function startApolloProcess(options: StartOptions = {}): Promise<ApolloProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'apollo-'));
  const listen = options.listen ?? `unix:${folder}/s`;
  const child = spawn(process.execPath, [MAIN, '--listen', listen, ...(options.args ?? [])], {
    env: { ...cleanEnvironment(), XDG_CACHE_HOME: folder, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const readyLine = await firstLine(child, () => stderr);
  return {
    process: child,
    address: /^listening (\S+)/.exec(readyLine)?.[1] ?? listen,
    readyLine,
    stderr: () => stderr,
    children: () => childrenOf(child.pid ?? 0),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a command of the program to its end. */
export async function runApollo(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'apollo-'));
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...cleanEnvironment(), XDG_CACHE_HOME: folder, ...env },
    stdio: 'pipe',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  rmSync(folder, { recursive: true, force: true });
  return { code, stdout, stderr };
}

/** The developer's own settings must not decide a test. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter(([name]) => !/^(CLIP_|APOLLO_|LOG_LEVEL|.*_proxy$)/i.test(name)));
}

async function firstLine(child: ChildProcess, stderr: () => string): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.trimEnd());
    });
    child.once('exit', (code) => reject(new Error(`apollo ended with ${code}: ${stderr()}`)));
  });
}

async function childrenOf(pid: number): Promise<number[]> {
  const ps = spawn('ps', ['-o', 'pid=', '--ppid', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  ps.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(ps, 'close');
  return text.split(/\s+/).filter(Boolean).map(Number);
}
