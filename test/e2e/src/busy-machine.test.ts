import { test } from 'vitest';
import { encodeBeside } from './busy-machine.js';

test.skipIf(process.platform !== 'linux')(
  'beside 8 busy programs a first scan and encode loses no photo and no child',
  { timeout: 600_000 },
  () => encodeBeside(8, 250_000),
);
