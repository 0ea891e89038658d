import { defineConfig } from 'vitest/config';

// The long runs, which the normal configuration leaves out: `vitest run --config ../../vitest.deep.config.ts`.
export default defineConfig({
  test: {
    root: process.cwd(),
    include: ['**/*.deep.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    fileParallelism: false,
    testTimeout: 3_600_000,
    hookTimeout: 120_000,
    reporters: ['default', ['json', { outputFile: 'reports/vitest.json' }]],
    passWithNoTests: true,
  },
});
