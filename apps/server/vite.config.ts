import { fileURLToPath } from 'node:url';
import { defineConfig, type UserConfig } from 'vite';

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// Relative addresses everywhere: the same build works at / and below any BASE_PATH.
const config: UserConfig = defineConfig({
  root: folder('web'),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: folder('dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy has no `data:` beyond pictures, so nothing is inlined.
    assetsInlineLimit: 0,
  },
});

export default config;
