import { fork } from 'node:child_process';
import { once } from 'node:events';
import http2 from 'node:http2';
import { fileURLToPath } from 'node:url';
import { startMockApollo } from '@clip-watch/apollo-mock';

/** A mock in a process of its own, so that its CPU and memory do not count as the client's. */
export interface WireServer extends AsyncDisposable {
  readonly address: string;
}

const FILE = fileURLToPath(import.meta.url);

/** `stock`: 64 KB, what a grpc-js server has and keeps; `wide`: megabytes, as `apps/apollo` and C-core servers grant. */
export type ReceiveWindow = 'stock' | 'wide';

export interface WireServerOptions {
  /** Default `stock`. */
  readonly receiveWindow?: ReceiveWindow;
  /** Answers after 5 to 20 ms, each item by itself, instead of at once. */
  readonly takesTime?: boolean;
}

/** Mean of what `takesTime` takes for an item. */
export const MEAN_SERVICE_MS = 12.5;

export async function startWireServer(options: WireServerOptions = {}): Promise<WireServer> {
  const child = fork(FILE, ['serve', JSON.stringify(options)]);
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

/** grpc-js has no option for it: every HTTP/2 server of this process gets the windows of `apps/apollo`. */
function widenReceiveWindows(): void {
  const { createServer } = http2;
  http2.createServer = ((options: http2.ServerOptions) => {
    const server = createServer(options);
    server.on('session', (session) => {
      session.settings({ initialWindowSize: 4 * 2 ** 20 });
      session.setLocalWindowSize(16 * 2 ** 20);
    });
    return server;
  }) as typeof createServer;
}

if (process.argv[1] === FILE && process.argv[2] === 'serve') {
  const { receiveWindow, takesTime }: WireServerOptions = JSON.parse(process.argv[3] ?? '{}');
  if (receiveWindow === 'wide') widenReceiveWindows();
  const apollo = await startMockApollo({
    maxInFlight: 64,
    // 5 to 20 ms in an order without pattern, the same in each run.
    onItem: ({ serial }) => (takesTime ? { kind: 'embed', delayMs: 5 + ((serial * 7) % 16) } : undefined),
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.(apollo.address);
}
