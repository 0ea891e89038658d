// Claims, write-back, the event loop and memory on a backlog of a million rows, as ratios of one run:
// `node dist/db-backlog.js FOLDER`, with the databases that db-backlog-fill made there. It works on copies.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { type Backlog, openBacklog, PAGE } from './db-rows.js';

const ROUNDS = 400;
/** Rows that each write-back is measured over. */
const WRITTEN = 40_000;
const MEMORY_RUNS = 3;
const MEMORY = fileURLToPath(new URL('db-backlog-memory.js', import.meta.url));

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}

/** Claims and gives back, so that each round meets the same rows; the backlogs in turns. */
async function timeClaims(backlogs: readonly Backlog[]): Promise<readonly (readonly number[])[]> {
  const times = backlogs.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, backlog] of backlogs.entries()) {
      const start = performance.now();
      const claim = await backlog.claim();
      times[at]?.push(performance.now() - start);
      await backlog.database.images.releaseClaims(claim.token);
    }
  }
  return times;
}

interface WriteBack {
  readonly rowsPerSecond: number;
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
}

/** Only the write-back counts: the claims between stop the watch, and the histogram. */
async function timeWriteBack(backlog: Backlog): Promise<WriteBack> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  let rows = 0;
  let time = 0;
  while (rows < WRITTEN) {
    const claim = await backlog.claim();
    loop.enable();
    const start = performance.now();
    await backlog.finish(claim);
    time += performance.now() - start;
    loop.disable();
    rows += claim.candidates.length;
  }
  return { rowsPerSecond: (rows / time) * 1000, loopP99Ms: loop.percentile(99) / 1e6, loopMaxMs: loop.max / 1e6 };
}

/** @returns kB, the median of some runs */
function residentOf(file: string, folder: string): number {
  const runs = Array.from({ length: MEMORY_RUNS }, () => {
    const copy = join(folder, 'memory.db');
    copyFileSync(file, copy);
    return Number(execFileSync(process.execPath, [MEMORY, copy]).toString());
  });
  return quantile(runs, 0.5);
}

function told(what: string, { rowsPerSecond, loopP99Ms, loopMaxMs }: WriteBack): string {
  return `write-back ${what}: ${rowsPerSecond.toFixed(0)} embeddings/s with synchronous=FULL (bound 20000), event loop p99 ${loopP99Ms.toFixed(1)} ms, longest ${loopMaxMs.toFixed(1)} ms (bound p99 20)`;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node dist/db-backlog.js FOLDER, filled by db-backlog-fill.js');
const copies = mkdtempSync(join(folder, 'run-'));
try {
  for (const name of ['fresh.db', 'worn.db']) copyFileSync(join(folder, name), join(copies, name));
  const small = residentOf(join(folder, 'small.db'), copies);
  const large = residentOf(join(folder, 'fresh.db'), copies);
  await using fresh = await openBacklog(join(copies, 'fresh.db'));
  await using worn = await openBacklog(join(copies, 'worn.db'));
  const writtenFirst = await timeWriteBack(fresh);
  const writtenLast = await timeWriteBack(worn);
  const [first = [], last = []] = await timeClaims([fresh, worn]);
  const lines = [
    `claim of ${PAGE}, ${await fresh.pending()} left: p50 ${quantile(first, 0.5).toFixed(2)} ms, p99 ${quantile(first, 0.99).toFixed(2)} ms (bound p99 20)`,
    `claim of ${PAGE}, ${await worn.pending()} left: p50 ${quantile(last, 0.5).toFixed(2)} ms, p99 ${quantile(last, 0.99).toFixed(2)} ms (bound p99 20)`,
    `last / first: ${(quantile(last, 0.5) / quantile(first, 0.5)).toFixed(2)} (bound 1.2)`,
    told('at the first rows', writtenFirst),
    told('at the last rows', writtenLast),
    `resident with the whole backlog ${(large / 1000).toFixed(0)} MB, with 1,000 ${(small / 1000).toFixed(0)} MB: ${(large / small).toFixed(2)} (bound 1.1)`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  rmSync(copies, { recursive: true, force: true });
}
