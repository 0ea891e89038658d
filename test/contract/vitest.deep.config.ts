import { defineConfig } from 'vitest/config';

// The long runs, which the normal configuration leaves out.
export default defineConfig({
  test: {
    include: ['src/**/*.deep.test.ts'],
    fileParallelism: false,
    reporters: ['default', ['json', { outputFile: 'reports/vitest.json' }]],
  },
});
