import { defineConfig } from 'vitest/config';

// For `scripts/mutation.mjs`, which names the tests of one module: all that a mutant of it has to get past.
export default defineConfig({
  test: {
    root: process.cwd(),
    include: (process.env.CLIP_WATCH_MUTATION_TESTS ?? '').split(','),
    testTimeout: 30_000,
  },
});
