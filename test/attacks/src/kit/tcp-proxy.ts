/** A TCP proxy between the server and an encoder that can be told to misbehave. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.js';

export const MODES = [
  'delay',
  'slow',
  'cut',
  'half-close',
  'reset',
  'black-hole',
  'corrupt-answer',
  'byte-by-byte',
  'accept-and-nothing',
  'refused',
  'flapping',
  'close-after-bytes',
] as const;
export type Mode = (typeof MODES)[number];

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** How often it misbehaved: chunks, connections or connection attempts that it did something to. */
  readonly faults: number;
  /** From now on, for connections that are there and for new ones. */
  become(mode: Mode | 'healthy'): Promise<void>;
}

/** How much a chunk, a pause or a connection is bent, in bytes and milliseconds. */
const DELAY_MS = 120;
const SLOW_BYTES = 2_000;
const SLOW_MS = 20;
const FLAP_MS = 300;
const CUT_WITHIN_BYTES = 20_000;
const CORRUPT_BYTES = 64;

interface Pair {
  readonly client: Socket;
  readonly target: Socket;
}

export async function startTcpProxy(targetPort: number, random: Random): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let mode: Mode | 'healthy' = 'healthy';
  let faults = 0;
  let flap: NodeJS.Timeout | undefined;

  const drop = (how: 'close' | 'reset'): void => {
    for (const { client, target } of pairs) {
      faults += 1;
      if (how === 'reset') client.resetAndDestroy();
      else client.destroy();
      target.destroy();
    }
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (mode === 'accept-and-nothing') {
      faults += 1;
      client.on('error', () => {}).resume();
      return;
    }
    const pair = { client, target: connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true }) };
    pairs.add(pair);
    const end = (): void => {
      client.destroy();
      pair.target.destroy();
      pairs.delete(pair);
    };
    for (const socket of [client, pair.target]) socket.on('error', end).on('close', end);
    // Each new connection gets so many bytes before it is cut, whichever mode cuts.
    const life = { left: 1 + random.below(CUT_WITHIN_BYTES) };
    void pump(pair.client, pair.target, 'question', life);
    void pump(pair.target, pair.client, 'answer', life);
  });

  const pump = async (from: Socket, to: Socket, side: 'question' | 'answer', life: { left: number }): Promise<void> => {
    try {
      for await (const chunk of from) {
        const bytes = chunk as Buffer; // a socket without an encoding
        if (mode !== 'healthy') faults += 1;
        await forward(bytes, from, to, side, life);
      }
      to.end();
    } catch {
      to.destroy(); // The other side is gone; so is this one.
    }
  };
  const forward = async (
    bytes: Buffer,
    from: Socket,
    to: Socket,
    side: 'question' | 'answer',
    life: { left: number },
  ): Promise<void> => {
    const send = async (part: Buffer): Promise<void> => void (to.write(part) || (await once(to, 'drain')));
    switch (mode) {
      case 'delay':
        await sleep(DELAY_MS);
        return send(bytes);
      case 'slow':
        for (let at = 0; at < bytes.length && mode === 'slow'; at += SLOW_BYTES) {
          await send(bytes.subarray(at, at + SLOW_BYTES));
          await sleep(SLOW_MS);
          if (mode !== 'slow') return send(bytes.subarray(at + SLOW_BYTES));
        }
        return;
      case 'byte-by-byte':
        to.setNoDelay(true);
        for (const byte of bytes.subarray(0, 200)) await send(Buffer.of(byte));
        return send(bytes.subarray(200));
      case 'black-hole':
        return;
      case 'corrupt-answer':
        return send(side === 'answer' ? corrupted(bytes, random) : bytes);
      case 'cut':
      case 'close-after-bytes':
        life.left -= bytes.length;
        if (life.left > 0) return send(bytes);
        await send(bytes.subarray(0, Math.max(0, bytes.length + life.left)));
        if (mode === 'cut') from.destroy();
        else to.end();
        return;
      case 'half-close':
        await send(bytes);
        to.end();
        return;
      case 'healthy':
      case 'reset':
      case 'refused':
      case 'flapping':
      case 'accept-and-nothing':
        return send(bytes);
    }
  };

  const listen = async (port: number): Promise<number> => {
    await once(server.listen(port, '127.0.0.1'), 'listening');
    return (server.address() as AddressInfo).port; // Listening on TCP.
  };
  const port = await listen(0);
  return {
    port,
    get faults() {
      return faults;
    },
    async become(next) {
      const before = mode;
      clearInterval(flap);
      mode = next;
      if (before === 'refused') await listen(port);
      // What these did to a connection stays done to it.
      if (next === 'healthy' && ['black-hole', 'corrupt-answer'].includes(before)) drop('close');
      if (next === 'reset' || next === 'accept-and-nothing') drop('reset');
      if (next === 'flapping') flap = setInterval(() => drop(random.below(2) === 0 ? 'close' : 'reset'), FLAP_MS);
      if (next !== 'refused') return;
      server.close();
      drop('close');
      faults += 1;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(flap);
      server.close();
      for (const { client, target } of pairs) {
        client.destroy();
        target.destroy();
      }
    },
  };
}

/** A stretch of other bytes somewhere in the chunk. */
function corrupted(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const at = random.below(Math.max(1, copy.length - CORRUPT_BYTES));
  random.bytes(Math.min(CORRUPT_BYTES, copy.length)).copy(copy, at);
  return copy;
}
