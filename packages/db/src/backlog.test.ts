import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openBacklog } from './testing/backlog-model.js';
import { changeProgram, photoProgram } from './testing/backlog-steps.js';

// The deep run raises this to 20,000.
const RUNS = Number(process.env.CLIP_WATCH_TEST_MODEL_RUNS ?? 120);

test(`the table holds its rules through ${RUNS} random programs`, { timeout: 3_600_000 }, async () => {
  await using backlog = await openBacklog();
  let ran = 0;
  const holds = fc.asyncProperty(fc.oneof(photoProgram, changeProgram), async (steps) => {
    await backlog.run(steps);
    ran += 1;
  });
  await fc.assert(holds, { numRuns: RUNS });
  expect(ran).toBe(RUNS);
});
