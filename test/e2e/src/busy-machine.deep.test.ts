import { test } from 'vitest';
import { encodeBeside } from './busy-machine.js';

// What one child does beside busy programs: packages/watcher/src/picture/host/busy-machine.test.ts.
test.skipIf(process.platform !== 'linux').each([
  [8, 250_000],
  [32, 1_100_000],
])('beside %d busy programs a first scan and encode loses no photo and no child', { timeout: 2_400_000 }, encodeBeside);
