import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ChildServer extends AsyncDisposable {
  /** The first line of standard output. */
  readonly firstLine: string;
}

/** Starts a server as a process of its own and waits for its first line. It is killed if it does not end when told. */
export async function startChild(
  command: string,
  args: readonly string[],
  isReady: (line: string) => boolean,
): Promise<ChildServer> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const complaints: string[] = [];
  child.stderr.on('data', (bytes: Buffer) => complaints.push(bytes.toString()));
  const firstLine = await Promise.race([
    waitForLine(child, isReady),
    once(child, 'exit').then(() => Promise.reject(new Error(`${command} ended early: ${complaints.join('')}`))),
  ]);
  return { firstLine, [Symbol.asyncDispose]: () => stopChild(child) };
}

async function waitForLine(child: ChildProcess, isReady: (line: string) => boolean): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) if (isReady(line)) return line;
  throw new Error('the server closed its standard output');
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.stdin?.end();
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 8_000);
  await exited;
  clearTimeout(force);
}
