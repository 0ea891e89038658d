import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createTestClient, solidItem } from './testing/apollo-client.js';
import { startApolloProcess } from './testing/apollo-process.js';
import { killChildrenUnderLoad } from './testing/kill-children.js';
import { runLoad } from './testing/load.js';

const HOUR = 3_600_000;

test(
  'a hundred kills of its children under load: every item answered, none wrongly',
  async () => {
    const report = await killChildrenUnderLoad({ kills: 100, minItems: 1000 });
    process.stdout.write(`${JSON.stringify(report)}\n`);
    expect(report).toMatchObject({ kills: 100, wrong: 0, refused: 0 });
  },
  HOUR,
);

test(
  'its memory after 100,000 items is that after 1,000, within a tenth',
  async () => {
    await using apollo = await startApolloProcess();
    using client = createTestClient(apollo.address);
    const rgb = solidItem(1, [200, 0, 0]).rgb ?? null;
    const encode = (total: number) => runLoad(client, { window: 64, total, makeItem: () => ({ rgb }) });
    const resident = (): number => residentBytes(apollo.process.pid ?? 0);
    await encode(1000);
    const early = resident();
    let late = early;
    for (let thousand = 2; thousand <= 100; thousand++) {
      await encode(1000);
      late = resident();
      if (thousand % 10 === 0)
        process.stdout.write(`resident after ${thousand},000: ${late} bytes, ${(late / early).toFixed(3)} of 1,000\n`);
    }
    expect(late / early).toBeLessThan(1.1);
  },
  HOUR,
);

function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
