import { test } from 'vitest';
import { encodeBeside } from './busy-machine.js';

test.skipIf(process.platform !== 'linux')(
  'beside 32 busy programs a first scan and encode loses no photo and no child',
  { timeout: 2_400_000 },
  () => encodeBeside(32, 1_100_000),
);
