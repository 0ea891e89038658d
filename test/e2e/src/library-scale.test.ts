import { test } from 'vitest';
import { findWhatWasMadeMeanwhile, renameTree } from './library-scale.js';

// The same with ten times as much, and memory: library-scale.deep.test.ts.

test('a tree of 1,000 renamed photos costs no encode', () => renameTree(1_000));

test('2,000 photos made while nothing ran are all found by the next scan', async () => {
  await findWhatWasMadeMeanwhile(2_000);
});
