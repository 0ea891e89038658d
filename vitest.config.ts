import { defineConfig } from 'vitest/config';

// One configuration for every package: each runs `vitest run --config ../../vitest.config.ts` in its own folder.
export default defineConfig({
  test: {
    root: process.cwd(),
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.deep.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', ['json', { outputFile: 'reports/vitest.json' }]],
    passWithNoTests: true,
  },
});
