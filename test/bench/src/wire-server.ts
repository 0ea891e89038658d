import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startMockApollo } from '@clip-watch/apollo-mock';

/** A mock in a process of its own, so that its CPU and memory do not count as the client's. */
export interface WireServer extends AsyncDisposable {
  readonly address: string;
}

const FILE = fileURLToPath(import.meta.url);

export async function startWireServer(): Promise<WireServer> {
  const child = fork(FILE, ['serve']);
  const [address] = (await once(child, 'message')) as [string];
  return {
    address,
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

if (process.argv[1] === FILE && process.argv[2] === 'serve') {
  const apollo = await startMockApollo({ maxInFlight: 64 });
  process.on('disconnect', () => process.exit(0));
  process.send?.(apollo.address);
}
