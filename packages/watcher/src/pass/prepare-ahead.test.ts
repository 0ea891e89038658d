import { expect, test } from 'vitest';
import { PictureSlots } from './picture-slots.js';
import { prepareAhead } from './prepare-ahead.js';

const never = new AbortController().signal;

async function* count(to: number): AsyncGenerator<number, void, undefined> {
  for (let value = 1; value <= to; value += 1) yield value;
}

/** Promises that the test settles by hand, in the order that it wants. */
function byHand() {
  const waiting = new Map<number, (value: number | undefined) => void>();
  const prepare = (work: number) =>
    new Promise<number | undefined>((resolve) => {
      waiting.set(work, resolve);
    });
  return { waiting, prepare };
}

const soon = () => new Promise((resolve) => setImmediate(resolve));

test('yields what is ready first', async () => {
  const { waiting, prepare } = byHand();
  const slots = new PictureSlots(() => 2);
  const ahead = prepareAhead({ work: count(2), slots, signal: never, prepare });
  const first = ahead.next();
  await soon();
  waiting.get(2)?.(2);
  expect(await first).toEqual({ done: false, value: 2 });
  waiting.get(1)?.(1);
  expect(await ahead.next()).toEqual({ done: false, value: 1 });
  slots.free();
  expect((await ahead.next()).done).toBe(true);
});

test('takes no more work than there are slots', async () => {
  const slots = new PictureSlots(() => 3);
  const { waiting, prepare } = byHand();
  const ahead = prepareAhead({ work: count(10), slots, signal: never, prepare });
  const first = ahead.next();
  await soon();
  expect([...waiting.keys()]).toEqual([1, 2, 3]);
  waiting.get(1)?.(1);
  await first;
  await soon();
  expect(waiting.size).toBe(3);
  slots.free(); // the answer came
  await soon();
  expect([...waiting.keys()]).toEqual([1, 2, 3, 4]);
  for (const resolve of waiting.values()) resolve(0);
  await ahead.return(undefined);
});

test('what has nothing to send is left out', async () => {
  const slots = new PictureSlots(() => 2);
  const odd = async (work: number) => {
    if (work % 2 === 1) return work;
    slots.free();
    return undefined;
  };
  const values: number[] = [];
  for await (const value of prepareAhead({ work: count(6), slots, signal: never, prepare: odd })) {
    values.push(value);
    slots.free();
  }
  expect(values).toEqual([1, 3, 5]);
  expect(slots.used).toBe(0);
});

test('throws what the work throws, after what was ready', async () => {
  async function* broken(): AsyncGenerator<number, void, undefined> {
    yield 1;
    throw new Error('the database is away');
  }
  const prepare = async (work: number) => work;
  const slots = new PictureSlots(() => 5);
  const all = async () => {
    for await (const _ of prepareAhead({ work: broken(), slots, signal: never, prepare })) slots.free();
  };
  await expect(all()).rejects.toThrow('the database is away');
});

test('leaving early closes the work', async () => {
  let isClosed = false;
  async function* work(): AsyncGenerator<number, void, undefined> {
    try {
      for (;;) yield 1;
    } finally {
      isClosed = true;
    }
  }
  const slots = new PictureSlots(() => 2);
  for await (const _ of prepareAhead({ work: work(), slots, signal: never, prepare: async () => 1 })) break;
  expect(isClosed).toBe(true);
});

test('an abort ends a wait for a slot', async () => {
  const stop = new AbortController();
  const slots = new PictureSlots(() => 1);
  const ahead = prepareAhead({ work: count(5), slots, signal: stop.signal, prepare: async (work) => work });
  expect(await ahead.next()).toEqual({ done: false, value: 1 });
  const second = ahead.next();
  stop.abort(new Error('stopped by the test'));
  await expect(second).rejects.toThrow('stopped by the test');
});
