import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '@clip-watch/test-support';

const MAIN = fileURLToPath(new URL('../../../apps/server/dist/cli/main.js', import.meta.url));

export interface RealServer extends AsyncDisposable {
  /** The page's address, with the base path. */
  readonly url: string;
  /** Everything that it wrote to standard error so far. */
  log(): string;
}

/** `clip-watch serve` as a user starts it: a data folder of its own, any free port, the embedded encoder. */
export async function startRealServer(
  env: Readonly<Record<string, string>> = {},
  paths: readonly string[] = [],
): Promise<RealServer> {
  const data = tempFolder();
  const child = spawn(process.execPath, [MAIN, 'serve', ...paths], {
    env: { PATH: process.env.PATH, HOME: data.path, CLIP_WATCH_DATA_DIR: `${data.path}/data`, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
    data[Symbol.dispose]();
  };
  try {
    const url = await announcedAddress(child, () => log);
    return { url, log: () => log, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function announcedAddress(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const url = /clip-watch: (http\S+)/.exec(out)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${log()}`)));
  });
}
