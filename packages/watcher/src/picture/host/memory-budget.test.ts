import { expect, test } from 'vitest';
import { createMemoryBudget } from './memory-budget.js';

/** Lets everything that can go on go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('admits while it fits and in order afterwards', async () => {
  const budget = createMemoryBudget(100);
  const admitted: string[] = [];
  const first = await budget.acquire(60);
  void budget.acquire(50).then(() => admitted.push('heavy'));
  void budget.acquire(10).then(() => admitted.push('light'));
  await settle();
  expect(admitted).toEqual([]); // the light one would fit, but would overtake
  first();
  await settle();
  expect(admitted).toEqual(['heavy', 'light']);
  expect(budget.used).toBe(60);
});

test('one piece of work alone may be heavier than the budget', async () => {
  const budget = createMemoryBudget(100);
  const release = await budget.acquire(1000);
  let admitted = false;
  void budget.acquire(1).then(() => {
    admitted = true;
  });
  await settle();
  expect(admitted).toBe(false);
  release();
  await settle();
  expect(admitted).toBe(true);
});

test('giving back twice counts once', async () => {
  const budget = createMemoryBudget(100);
  const release = await budget.acquire(40);
  await budget.acquire(30);
  release();
  release();
  expect(budget.used).toBe(30);
});
