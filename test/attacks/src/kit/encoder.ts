/** `apps/apollo` as a process of its own, on a port of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { descendantsOf, expectGone, signal } from './processes.js';

const APOLLO = fileURLToPath(new URL('../../../../apps/apollo/dist/main.js', import.meta.url));

export interface Encoder extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
}

/** With the starter model. @param token that its callers must show */
export async function startEncoder(token?: string): Promise<Encoder> {
  const child = spawn(process.execPath, [APOLLO, '--listen', '127.0.0.1:0', '--children', '1', '--threads', '1'], {
    env: { PATH: process.env.PATH, ...(token === undefined ? {} : { APOLLO_TOKEN: token }) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the encoder ended before it listened');
  });
  const [line] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer]; // a stream without an encoding
  ended.catch(() => {});
  const port = Number(/:(\d+)/.exec(line.toString())?.[1]);
  const pid = child.pid ?? 0;
  return {
    pid,
    port,
    async [Symbol.asyncDispose]() {
      const all = [pid, ...descendantsOf(pid)];
      for (const id of all) signal(id, 'SIGKILL');
      await expectGone(all, 'the end of the encoder');
    },
  };
}
