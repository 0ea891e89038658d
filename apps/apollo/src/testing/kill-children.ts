import { setTimeout as sleep } from 'node:timers/promises';
import { cosine, createTestClient, solidItem, vectorOf } from './apollo-client.js';
import { startApolloProcess } from './apollo-process.js';
import { runLoad } from './load.js';

export interface KillReport {
  readonly kills: number;
  readonly items: number;
  /** Items answered with another vector than alone. */
  readonly wrong: number;
  /** Items answered RETRY_NEVER, though nothing is wrong with them. */
  readonly refused: number;
  /** Items that had to be sent again. */
  readonly lost: number;
}

const COLOURS = [
  [200, 20, 20],
  [20, 200, 20],
  [20, 20, 200],
  [230, 230, 230],
  [10, 10, 10],
  [200, 200, 20],
] as const;

/** Kills one child after the other, at random moments, while a stream keeps the encoder busy. */
export async function killChildrenUnderLoad(options: { kills: number; minItems: number }): Promise<KillReport> {
  await using apollo = await startApolloProcess({ args: ['--children', '2'] });
  using client = createTestClient(apollo.address);
  const items = COLOURS.map((colour) => solidItem(1, colour));
  const expected = await Promise.all(items.map(async (item) => vectorOf(await client.image(item))));
  const killing = killChildren(apollo.children, options.kills);
  let kills = 0;
  void killing.then((count) => {
    kills = count;
  });
  const report = { items: 0, wrong: 0, refused: 0, lost: 0 };
  while (kills === 0 || report.items < options.minItems) {
    const { results, retries } = await runLoad(client, {
      window: 32,
      total: 100,
      makeItem: (n) => ({ rgb: items[n % items.length]?.rgb ?? null }),
    });
    for (const [n, result] of results) {
      report.items++;
      const alone = expected[n % items.length];
      if (result.outcome !== 'embedding' || !alone) report.refused++;
      else if (cosine(vectorOf(result), alone) < 0.999) report.wrong++;
    }
    for (const count of retries.values()) report.lost += count;
  }
  return { kills: await killing, ...report };
}

async function killChildren(list: () => Promise<number[]>, count: number): Promise<number> {
  for (let done = 0; done < count; ) {
    await sleep(20 + Math.random() * 60);
    const pids = await list();
    const pid = pids[Math.floor(Math.random() * pids.length)];
    if (pid === undefined) continue;
    try {
      process.kill(pid, 'SIGKILL');
      done++;
    } catch {
      // It ended between the list and the signal; the next one will do.
    }
  }
  return count;
}
