import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { createTestClient, solidItem } from './testing/apollo-client.js';
import { startApolloProcess } from './testing/apollo-process.js';
import { killChildrenUnderLoad } from './testing/kill-children.js';
import { runLoad } from './testing/load.js';

/** The children are nice to everything else on the machine, so a busy one makes them slow. */
const PATIENCE = 120_000;
vi.setConfig({ testTimeout: PATIENCE });

const RED = solidItem(1, [200, 0, 0]).rgb ?? null;

test('four clients with windows of 64 against a queue of 32 lose nothing, and memory stays flat', async () => {
  await using apollo = await startApolloProcess({ args: ['--queue-limit', '32', '--children', '1'] });
  const load = (total: number) =>
    Promise.all(
      [1, 2, 3, 4].map(async () => {
        using client = createTestClient(apollo.address);
        return await runLoad(client, { window: 64, total, makeItem: () => ({ rgb: RED }) });
      }),
    );
  await load(64);
  const early = peakMegabytes(apollo.process.pid);
  const reports = await load(150);
  // What was refused or answered is let go: the second load brought 90 MB of pictures, and each refused one again.
  expect(peakMegabytes(apollo.process.pid)).toBeLessThan(early + 40);
  for (const { results, sent, answered, retries } of reports) {
    expect(results.size).toBe(150);
    expect(answered).toBe(sent);
    expect([...results.values()].every(({ outcome }) => outcome === 'embedding')).toBe(true);
    expect([...retries.keys()]).toEqual(['ERROR_REASON_OVERLOADED']);
  }
});

test('OVERLOADED says when to come back', async () => {
  await using apollo = await startApolloProcess({ args: ['--queue-limit', '1', '--children', '1', '--batch', '1'] });
  using client = createTestClient(apollo.address);
  const stream = client.stream();
  await stream.open(64);
  for (let id = 1; id <= 64; id++) stream.send({ request_id: id, rgb: RED });
  await vi.waitFor(() => expect(stream.results).toHaveLength(64), PATIENCE);
  const refusals = stream.results.flatMap(({ error }) => error ?? []);
  expect(refusals.length).toBeGreaterThan(0);
  for (const refusal of refusals) {
    expect(refusal).toMatchObject({ reason: 'ERROR_REASON_OVERLOADED', retry: 'RETRY_LATER' });
    expect(refusal.retry_delay_ms).toBeGreaterThanOrEqual(50);
  }
});

test('a stream with one item at a time is not kept waiting by one with hundreds', async () => {
  await using apollo = await startApolloProcess({ args: ['--children', '1'] });
  using greedy = createTestClient(apollo.address);
  using modest = createTestClient(apollo.address);
  let greedyDone = 0;
  let greedyAtEnd = 0;
  const load = runLoad(greedy, {
    window: 256,
    total: 800,
    makeItem: () => ({ rgb: RED }),
    onResult: () => void greedyDone++,
  });
  const turns = 10;
  await runLoad(modest, {
    window: 1,
    total: turns,
    makeItem: () => ({ rgb: RED }),
    onResult: () => {
      greedyAtEnd = greedyDone;
    },
  });
  // Each turn waits for the batches that a child has already, and for its own: three of eight.
  expect(greedyAtEnd).toBeLessThan(turns * 8 * 4);
  await load;
});

test('with children killed under load, every item is answered, and rightly', async () => {
  const report = await killChildrenUnderLoad({ kills: 10, minItems: 300 });
  expect(report.kills).toBe(10);
  expect(report.wrong).toBe(0);
  expect(report.refused).toBe(0);
});

/** Most memory that the process ever had, by the kernel's account. */
function peakMegabytes(pid = 0): number {
  const kilobytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} has no memory`);
  return Number(kilobytes) / 1024;
}
