import type { IncomingMessage } from 'node:http';

export interface PaceLimits {
  /** On average over each window. */
  readonly bytesPerS: number;
  readonly windowMs: number;
}

/** A phone on the slowest mobile network brings twice as much. */
const LIMITS: PaceLimits = { bytesPerS: 4 << 10, windowMs: 5_000 };

export type Body = Pick<IncomingMessage, 'isPaused' | 'complete'> & {
  readonly socket: Pick<IncomingMessage['socket'], 'bytesRead'>;
};

/**
 * Watches that a request's body keeps coming. The first window is its grace.
 * @param onSlow called once, after the first window that brought too little
 */
export function watchPace(body: Body, onSlow: () => void, limits: PaceLimits = LIMITS): Disposable {
  const least = (limits.bytesPerS * limits.windowMs) / 1_000;
  let isGrace = true;
  let before = body.socket.bytesRead;
  const look = (): void => {
    const came = body.socket.bytesRead - before;
    before += came;
    // While it is paused it is our own disk that is slow.
    const isSlow = !isGrace && !body.complete && !body.isPaused() && came < least;
    isGrace = false;
    if (!isSlow) return;
    clearInterval(timer);
    onSlow();
  };
  // After a time in which this process stood still, timers come first and then what the sockets hold.
  let looking: NodeJS.Immediate | undefined;
  const timer = setInterval(() => {
    looking = setImmediate(look);
  }, limits.windowMs);
  timer.unref();
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      clearImmediate(looking);
    },
  };
}
