import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { watchPace } from './upload-pace.js';

const LIMITS = { bytesPerS: 100, windowMs: 1_000 };

describe('the pace of a body', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** @param came bytes of each window */
  function isSlow(came: readonly number[], state: { complete?: boolean; isPaused?: boolean } = {}): boolean {
    const onSlow = vi.fn();
    const socket = { bytesRead: 5_000 }; // Of the requests before it.
    const body = { socket, complete: state.complete ?? false, isPaused: () => state.isPaused ?? false };
    using _pace = watchPace(body, onSlow, LIMITS);
    vi.advanceTimersByTime(1); // An immediate of a timer comes a millisecond later on this clock.
    for (const bytes of came) {
      socket.bytesRead += bytes;
      vi.advanceTimersByTime(LIMITS.windowMs);
    }
    return onSlow.mock.calls.length === 1;
  }

  test.each([
    ['steady', [100, 100, 100], false],
    ['slow at its beginning only', [0, 100, 100], false],
    ['slow', [100, 99], true],
    ['slow at last', [500, 500, 500, 0], true],
  ])('%s', (_, came, slow) => {
    expect(isSlow(came)).toBe(slow);
  });

  test('of what has come, or waits for our own disk, is not looked at', () => {
    expect(isSlow([0, 0, 0], { complete: true })).toBe(false);
    expect(isSlow([0, 0, 0], { isPaused: true })).toBe(false);
    expect(isSlow([0, 0, 0])).toBe(true);
  });
});

/** As on a machine that is overloaded, or while the process is stopped. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test('bytes that came while the process stood still count', async () => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1'); // It listens on a port.
  try {
    const [socket] = (await once(server, 'connection')) as [Socket];
    socket.resume();
    const onSlow = vi.fn();
    await setImmediate();
    using _pace = watchPace({ socket, complete: false, isPaused: () => false }, onSlow, { bytesPerS: 1, windowMs: 50 });
    standStill(200);
    for (let window = 0; window < 3; window++) {
      await setImmediate(); // The timer has run, and nothing has happened since.
      client.write('x');
      standStill(200);
    }
    expect(onSlow).not.toHaveBeenCalled();
  } finally {
    client.destroy();
    server.close();
    await once(server, 'close');
  }
});
