import { expect, test } from 'vitest';
import { findWhatWasMadeMeanwhile, renameTree } from './library-scale.js';

// What a scan holds is one folder's listing, 5,000 files of work and a bit a row, which 20,000 photos fill; the rest is
// the heap's own slack.
const MOST_GROWTH_BYTES = 48 << 20;

test('a tree of 10,000 renamed photos costs no encode', () => renameTree(10_000));

test('30,000 photos made while nothing ran are all found by the next scan', async () => {
  await findWhatWasMadeMeanwhile(30_000);
});

test('a scan of 120,000 photos needs little more memory than one of 20,000', async () => {
  const { few, all } = await findWhatWasMadeMeanwhile(100_000, 20_000);
  process.stdout.write(`peak memory: ${few.peakBytes >> 20} MB for 20,000, ${all.peakBytes >> 20} MB for 120,000\n`);
  expect(all.peakBytes - few.peakBytes).toBeLessThan(MOST_GROWTH_BYTES);
});
