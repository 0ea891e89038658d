import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { defaultConcurrency } from '../config/encode-concurrency.js';
import { etaSeconds, toRunState } from './clip-status.js';
import { createCloseStack } from './close-stack.js';
import { mapBounded } from './map-bounded.js';
import { isQuiet } from './quiet-hours.js';

describe('close stack', () => {
  test('closes in reverse, over one that throws and one that hangs', async () => {
    const closed: string[] = [];
    const stack = createCloseStack();
    stack.add('first', () => void closed.push('first'));
    stack.add('throws', () => Promise.reject(new Error('no')));
    stack.add('hangs', () => new Promise(() => {}), 10);
    stack.add('last', () => void closed.push('last'));
    await Promise.all([stack.close(), stack.close()]);
    expect(closed).toEqual(['last', 'first']);
  });
});

describe('mapBounded', () => {
  test('runs at most so many at once and loses none', async () => {
    let running = 0;
    let most = 0;
    const results: number[] = [];
    const inputs = Array.from({ length: 50 }, (_, index) => index);
    for await (const result of mapBounded(inputs, 4, async (value) => {
      most = Math.max(most, ++running);
      await sleep(value % 3);
      running--;
      return value;
    }))
      results.push(result);
    expect(most).toBe(4);
    expect(results.sort((a, b) => a - b)).toEqual(inputs);
  });

  test('gives the error of a call that throws, after what ran', async () => {
    const run = async (): Promise<void> => {
      for await (const _ of mapBounded([1, 2, 3], 2, (value) =>
        value === 2 ? Promise.reject(new Error('two')) : Promise.resolve(value),
      )) {
        // Only the error counts here.
      }
    };
    await expect(run()).rejects.toThrow('two');
  });
});

test.each([
  ['22:00-07:00', 22 * 60, 7 * 60, '23:30', true],
  ['22:00-07:00', 22 * 60, 7 * 60, '06:59', true],
  ['22:00-07:00', 22 * 60, 7 * 60, '07:00', false],
  ['09:00-17:00', 9 * 60, 17 * 60, '12:00', true],
  ['09:00-17:00', 9 * 60, 17 * 60, '18:00', false],
  ['08:00-08:00', 8 * 60, 8 * 60, '08:00', false],
])('quiet hours %s', (_, fromMinute, toMinute, clock, expected) => {
  expect(isQuiet({ fromMinute, toMinute }, new Date(`2026-03-01T${clock}:00`))).toBe(expected);
});

test.each([
  [0, 10, null],
  [100, 0, null],
  [100, Number.NaN, null],
  [120, 1, { low: 100, high: 200 }],
])('%d pending at %d/s', (pending, rate, expected) => {
  expect(etaSeconds(pending, rate)).toEqual(expected);
});

test('every state of the drain has a state of the API', () => {
  const states = ['disabled', 'idle', 'draining', 'waiting', 'paused', 'misconfigured', 'closed'] as const;
  expect(states.map(toRunState)).toEqual(['disabled', 'idle', 'running', 'offline', 'paused', 'misconfigured', 'idle']);
});

test.each([
  [{ enabled: true, addresses: [], embedded: true }, 2, 32],
  [{ enabled: true, addresses: [], embedded: true }, 64, 256],
  [{ enabled: true, addresses: ['grpc://a:1'], embedded: false }, 2, 4],
  [{ enabled: true, addresses: ['grpc://a:1'], embedded: true }, 2, 4],
])('concurrency unset for %j on %d cores is %d', (apollo, cores, expected) => {
  expect(defaultConcurrency(apollo, cores)).toBe(expected);
});
