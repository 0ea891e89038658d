import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const MAIN: string = fileURLToPath(new URL('../../../apps/server/dist/cli/main.js', import.meta.url));

export interface CliOptions {
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs the command line as a user does: its own process, its own environment. */
export function runCli(args: readonly string[], { dataDir, env, cwd }: CliOptions): Promise<CliResult> {
  const options = {
    cwd: cwd ?? dataDir,
    // Nothing of the test run's own environment, which may hold settings.
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', CLIP_WATCH_DATA_DIR: dataDir, ...env },
    maxBuffer: 64 << 20,
    timeout: 300_000,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** Runs a `--json` command that must succeed, and gives its one document. */
export async function runJson<T>(args: readonly string[], options: CliOptions): Promise<T> {
  const { code, stdout, stderr } = await runCli([...args, '--json'], options);
  if (code !== 0) throw new Error(`clip-watch ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T; // The caller names the document that this command prints.
}
