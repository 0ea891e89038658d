import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP peer that is no Apollo. */
export interface BadPeer extends AsyncDisposable {
  /** `grpc://127.0.0.1:PORT`. */
  readonly address: string;
}

/** A proxy in front of a good server; `freeze()` makes every connection half-open: alive for TCP, dead for us. */
export interface FreezableProxy extends BadPeer {
  freeze(): void;
}

/** Accepts connections and treats each as told. */
export async function startBadPeer(kind: 'mute' | 'noise' | 'http1' | 'hang_up'): Promise<BadPeer> {
  return listen((socket) => {
    if (kind === 'hang_up') socket.destroy();
    if (kind === 'noise') socket.write(Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 197 + 11) % 256)));
    if (kind === 'http1') socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
  });
}

export async function startFreezableProxy(target: string): Promise<FreezableProxy> {
  const port = Number(target.split(':').at(-1));
  let isFrozen = false;
  const peer = await listen((socket, track) => {
    if (isFrozen) return;
    const upstream = track(connect(port, '127.0.0.1'));
    // No pipe: frozen means that bytes are read and dropped, as in a cable that nobody holds.
    socket.on('data', (bytes) => !isFrozen && upstream.write(bytes));
    upstream.on('data', (bytes) => !isFrozen && socket.write(bytes));
    upstream.on('close', () => !isFrozen && socket.destroy());
    socket.on('close', () => upstream.destroy());
  });
  return Object.assign(peer, {
    freeze: () => {
      isFrozen = true;
    },
  });
}

async function listen(serve: (socket: Socket, track: (socket: Socket) => Socket) => void): Promise<BadPeer> {
  const sockets = new Set<Socket>();
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    return socket;
  };
  const server: Server = createServer((socket) => serve(track(socket), track));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  return {
    address: `grpc://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
