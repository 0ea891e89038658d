import { startMockApollo } from '@clip-watch/apollo-mock';
import { createClipClient } from '@clip-watch/clip-client';
import { expect, test } from 'vitest';
import { drainAll, killAgainAndAgain } from './fleet.js';
import { imageToEncode } from './pictures.js';

const SIDE = 224;
const TEMPLATE = imageToEncode(1, SIDE);
const images = (count: number) => Array.from({ length: count }, (_, i) => ({ ...TEMPLATE, imageId: i + 1 }));

test('two encoders, one killed and restarted 50 times during 20,000 items: every item one verdict, none permanent', async () => {
  await using steady = await startMockApollo({ workers: 1, delayMs: 5 });
  await using shaky = await startMockApollo({ workers: 1, delayMs: 5 });
  await using client = createClipClient({ addresses: [steady.address, shaky.address] });
  let isOver = false;
  const draining = drainAll(client, images(20_000)).finally(() => {
    isOver = true;
  });
  const returns = await killAgainAndAgain(shaky, 50, 60, () => isOver);
  const { permanent, transient, verdicts } = await draining;
  process.stdout.write(
    `${JSON.stringify({ kills: returns.length, slowestReturnMs: Math.round(Math.max(...returns)), transient })}\n`,
  );
  expect(returns).toHaveLength(50);
  expect(permanent).toBe(0);
  expect(verdicts.size).toBe(20_000);
  expect(new Set(verdicts.values())).toEqual(new Set([1]));
  expect(Math.max(...returns)).toBeLessThan(2_000);
}, 600_000);

test('three encoders of unequal speed: each works at its own, together nearly the sum', async () => {
  const delays = [10, 20, 40];
  const alone: number[] = [];
  const rate = async (addresses: readonly string[], count: number): Promise<number> => {
    await using client = createClipClient({ addresses });
    await client.whenReady();
    const start = performance.now();
    await drainAll(client, images(count));
    return count / (performance.now() - start);
  };
  for (const delayMs of delays) {
    await using apollo = await startMockApollo({ workers: 1, delayMs });
    alone.push(await rate([apollo.address], 300));
  }
  await using fast = await startMockApollo({ workers: 1, delayMs: 10 });
  await using middle = await startMockApollo({ workers: 1, delayMs: 20 });
  await using slow = await startMockApollo({ workers: 1, delayMs: 40 });
  const together = await rate([slow.address, fast.address, middle.address], 1_200);
  const sum = alone.reduce((total, one) => total + one, 0);
  const shares = [fast, middle, slow].map(({ counters }) => counters.items);
  process.stdout.write(`${JSON.stringify({ together: together / sum, shares })}\n`);
  expect(together / sum).toBeGreaterThanOrEqual(0.9);
  expect(shares[0]).toBeGreaterThan(shares[1]!);
  expect(shares[1]).toBeGreaterThan(shares[2]!);
}, 300_000);
