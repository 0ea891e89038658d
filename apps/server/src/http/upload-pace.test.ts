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
