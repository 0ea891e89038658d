import { defineConfig, type ViteUserConfig } from 'vitest/config';

// The long runs, which the normal configuration leaves out.
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['src/**/*.deep.test.ts'],
    fileParallelism: false,
    reporters: ['default', ['json', { outputFile: 'reports/vitest.json' }]],
  },
});

export default config;
