import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import { FairQueue } from './fair-queue.js';

const [A, B, C] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];

test('takes one of each owner in turn, each owner’s in order', () => {
  const queue = new FairQueue<object, { owner: object; n: number }>();
  for (const [owner, n] of [
    [A, 1],
    [A, 2],
    [A, 3],
    [B, 4],
    [C, 5],
    [B, 6],
  ] as const)
    queue.push({ owner, n });
  const taken = [];
  for (let entry = queue.take(); entry; entry = queue.take()) taken.push(entry.n);
  expect(taken).toEqual([1, 4, 5, 2, 6, 3]);
});

test('tells how many entries each owner has waiting', () => {
  const queue = new FairQueue<object, { owner: object; n: number }>();
  for (const [n, owner] of [A, B, A].entries()) queue.push({ owner, n });
  expect([...queue.owners()]).toEqual([
    [A, 2],
    [B, 1],
  ]);
});

test('whatever is pushed, taken and removed, nothing is lost or doubled', () => {
  void assert(
    property(array(constantFrom('push A', 'push B', 'take', 'remove')), (steps) => {
      const queue = new FairQueue<object, { owner: object; n: number }>();
      const inside = new Set<{ owner: object; n: number }>();
      for (const [n, step] of steps.entries()) {
        if (step.startsWith('push')) {
          const entry = { owner: step === 'push A' ? A : B, n };
          queue.push(entry);
          inside.add(entry);
        } else if (step === 'take') {
          const peeked = queue.peek();
          const entry = queue.take();
          expect(entry).toBe(peeked);
          expect(entry === undefined ? inside.size === 0 : inside.delete(entry)).toBe(true);
        } else {
          const [entry] = inside;
          if (entry) expect([queue.remove(entry), queue.remove(entry)]).toEqual([true, false]);
          if (entry) inside.delete(entry);
        }
        expect(queue.size).toBe(inside.size);
        expect(new Set(queue)).toEqual(inside);
      }
    }),
  );
});
