import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BareAnswer, BareTask } from './encoder-bare-child.js';

const APOLLO = fileURLToPath(new URL('../../../apps/apollo/dist/main.js', import.meta.url));
const BARE_CHILD = fileURLToPath(new URL('../dist/encoder-bare-child.js', import.meta.url));

export interface Encoder extends AsyncDisposable {
  /** For the client: `unix:/path`. */
  readonly address: string;
  /** Children and threads, as its log tells them. */
  readonly arrangement: string;
  /** A number of the metrics page. */
  metric(name: string): Promise<number>;
  /** Processor seconds of the server and its living children so far. */
  cpuSeconds(): number;
}

/** The encoder as it ships, on a socket of its own. */
export async function startEncoder(args: readonly string[]): Promise<Encoder> {
  const folder = mkdtempSync(join(tmpdir(), 'encoder-bench-'));
  const address = `unix:${folder}/s`;
  const child = spawn(process.execPath, [APOLLO, '--listen', address, '--metrics', '127.0.0.1:0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // What was measured at another start must not decide this one.
    env: { ...process.env, LOG_LEVEL: 'info', XDG_CACHE_HOME: folder },
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  await once(child.stdout, 'data');
  const port = /"port":(\d+)/.exec(log)?.[1];
  return {
    address,
    arrangement: /"chosen":({.*?})/.exec(log)?.[1] ?? 'as set',
    async metric(name) {
      const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return Number(
        page
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.split(' ')[1],
      );
    },
    cpuSeconds: () => cpuSecondsOf(child.pid ?? 0),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One process with its children, from the kernel's own accounts: 100 ticks a second. */
function cpuSecondsOf(pid: number): number {
  const own = readStat(pid);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return children.reduce((sum, child) => sum + cpuSecondsOf(child), own);
}

function readStat(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export interface BareResult {
  readonly perSecond: number;
  readonly cpuMsPerImage: number;
}

/** Bare sessions in so many processes: loaded once, then idle between turns. */
export interface BareSessions {
  turn(ms: number): Promise<BareResult>;
  close(): void;
}

export async function openBare(task: BareTask, processes: number): Promise<BareSessions> {
  const env = { ...process.env, ORT_DISABLE_TELEMETRY: '1' }; // as the encoder has it
  const children = Array.from({ length: processes }, () => fork(BARE_CHILD, { env }));
  await Promise.all(children.map((child) => ask(child, task)));
  return {
    async turn(ms) {
      const answers = (await Promise.all(children.map((child) => ask(child, ms)))) as BareAnswer[];
      const sum = (read: (answer: BareAnswer) => number): number =>
        answers.reduce((total, answer) => total + read(answer), 0);
      return {
        perSecond: sum(({ images, tookMs }) => (images / tookMs) * 1000),
        cpuMsPerImage: sum(({ cpuMicros }) => cpuMicros) / sum(({ images }) => images) / 1000,
      };
    },
    close() {
      for (const child of children) child.kill('SIGKILL');
    },
  };
}

async function ask(child: ChildProcess, message: BareTask | number): Promise<unknown> {
  child.send(message);
  const [answer] = (await once(child, 'message')) as [unknown];
  return answer;
}
