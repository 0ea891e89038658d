import { test } from 'vitest';
import { findWhatWasMadeMeanwhile, renameTree } from './library-scale.js';

// The same with many times as much, and memory: library-scale.deep.test.ts.

test('a tree of 200 renamed photos costs no encode', () => renameTree(200));

test('1,000 photos made while nothing ran are all found by the next scan', async () => {
  await findWhatWasMadeMeanwhile(1_000, 100);
});
