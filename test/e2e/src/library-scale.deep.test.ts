import { expect, test } from 'vitest';
import { findWhatWasMadeMeanwhile, renameTree } from './library-scale.js';

// What a scan holds is one folder's listing, 5,000 files of work and a bit a row; the rest is the heap's own slack.
const MOST_GROWTH_BYTES = 96 << 20;

test('a tree of 10,000 renamed photos costs no encode', () => renameTree(10_000));

test('30,000 photos made while nothing ran are all found by the next scan', async () => {
  await findWhatWasMadeMeanwhile(30_000);
});

test('a scan of 100,000 photos needs little more memory than one of 500', async () => {
  const { few, all } = await findWhatWasMadeMeanwhile(100_000);
  process.stdout.write(`peak memory: ${few.peakBytes >> 20} MB for 500, ${all.peakBytes >> 20} MB for 100,500\n`);
  expect(all.peakBytes - few.peakBytes).toBeLessThan(MOST_GROWTH_BYTES);
});
