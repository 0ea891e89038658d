import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DrainStatus } from '@clip-watch/watcher';
import type { DrainRig } from './drain-rig.js';

const CHILD = fileURLToPath(new URL('drain-child.mjs', import.meta.url));

export interface DrainProcess extends AsyncDisposable {
  status(): Promise<DrainStatus>;
}

/** A drain on the rig's database, in a process of its own. Its end is the test's end, whatever happens before. */
export function startDrainProcess(rig: DrainRig, env: NodeJS.ProcessEnv = {}): DrainProcess {
  const file = join(rig.folder, 'test.db');
  const child = fork(CHILD, [file, rig.apollo.address], { execArgv: [], env: { ...process.env, ...env } });
  const gone = once(child, 'exit');
  return {
    async status() {
      child.send('status');
      const [status] = await once(child, 'message', { signal: AbortSignal.timeout(30_000) });
      return status;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
