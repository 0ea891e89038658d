// Search over a million embeddings in the real index worker, beside a real server: exactness against a plain scan, time
// against one native pass over as much memory, memory, and what other requests feel meanwhile.
//   node dist/search-million.js [ROWS]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { Database } from '@clip-watch/db';
import {
  createApp,
  openHost,
  openSearchIndex,
  openThumbnailCache,
  readConfig,
  type SearchIndex,
} from '@clip-watch/server';
import { pino } from 'pino';
import type { PeerAnswers, PeerTask } from './search-million-peer.js';
import { DIMENSION, embeddings, MODEL, queryOf } from './search-vectors.js';

const rows = Number(process.argv[2] ?? 1_000_000);
const TURNS = 21;
const CHECKED = 10;
const CHECKED_DEPTH = 50;
/** What the product ranks for each search. */
const DEPTH = 1_000;
const ASKED_MS = 20_000;
const PEER = fileURLToPath(new URL('search-million-peer.js', import.meta.url));

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? Number.NaN;
const show = (ms: number): string => `${ms.toFixed(1)} ms`;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

const peer = fork(PEER);
async function tell<K extends PeerTask['kind']>(task: Extract<PeerTask, { kind: K }>): Promise<PeerAnswers[K]> {
  peer.send(task);
  const [{ answer, error }] = (await once(peer, 'message')) as [{ answer: PeerAnswers[K]; error?: string }];
  if (error !== undefined) throw new Error(error);
  return answer;
}

/** A database that makes its rows, so that no gigabytes have to be written first. */
const database: Pick<Database, 'images' | 'clipState' | 'onEmbedded'> = {
  clipState: {
    read: async () => ({
      activeModelVersion: MODEL,
      activeDimension: DIMENSION,
      wantedModelVersion: MODEL,
      dimension: DIMENSION,
      modelName: MODEL,
    }),
  },
  images: { streamEmbeddings: () => embeddings(rows) },
  onEmbedded: () => () => {},
} as never; // The index asks for nothing else.

async function timeSearch(index: SearchIndex, number: number, filter = {}): Promise<number> {
  const query = queryOf(number);
  const start = performance.now();
  await index.search(query, DEPTH, filter);
  return performance.now() - start;
}

/** @returns how many of the best rows are not those of a plain scan; equal but for rounding counts as the same */
async function countWrong(index: SearchIndex): Promise<number> {
  const numbers = Array.from({ length: CHECKED }, (_, at) => 10_000 + at);
  const expected = await tell<'rank'>({
    kind: 'rank',
    count: CHECKED_DEPTH,
    queries: numbers.map((at) => [...queryOf(at)]),
  });
  let wrong = 0;
  for (const [at, number] of numbers.entries()) {
    const { ids, scores } = await index.search(queryOf(number), DEPTH);
    expected[at]!.forEach(({ id, score }, place) => {
      if (ids[place] !== id && Math.abs(scores[place]! - score) > 1e-6) wrong++;
    });
  }
  return wrong;
}

async function timeInTurns(index: SearchIndex): Promise<Record<'passes' | 'searches' | 'filtered', number[]>> {
  const times = { passes: [] as number[], searches: [] as number[], filtered: [] as number[] };
  for (let turn = 0; turn < TURNS; turn++) {
    times.passes.push(await tell<'pass'>({ kind: 'pass' }));
    times.searches.push(await timeSearch(index, turn));
    times.filtered.push(await timeSearch(index, turn, { libraryId: 1 }));
  }
  return times;
}

async function askWhile(index: SearchIndex | null, urls: readonly string[]): Promise<string> {
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  let isOver = false;
  const asking = tell<'ask'>({ kind: 'ask', urls, ms: ASKED_MS }).finally(() => {
    isOver = true;
  });
  let searches = 0;
  for (; index !== null && !isOver; searches++) await timeSearch(index, 500 + searches);
  const times = await asking;
  loop.disable();
  return `${searches} searches, ${times.length} requests: p50 ${show(quantile(times, 0.5))}, p99 ${show(quantile(times, 0.99))}, max ${show(Math.max(...times))}; event loop p99 ${show(loop.percentile(99) / 1e6)}, max ${show(loop.max / 1e6)}`;
}

const dataDir = mkdtempSync(join(tmpdir(), 'search-million-'));
const config = readConfig({ env: { CLIP_WATCH_DATA_DIR: dataDir, APOLLO_URL: 'disabled' }, flags: {}, cwd: dataDir });
const host = await openHost(config, pino({ level: 'silent' }));
const thumbnails = openThumbnailCache({
  folder: join(dataDir, 'thumbnails'),
  maxBytes: 1e6,
  decoder: host.onDemand,
});
const app = await createApp(host, {
  access: { token: 'the-token-of-the-bench', allowedHosts: new Set() },
  isOwnPeer: () => Promise.resolve(true),
  thumbnails,
  requestsPerMinute: 1e6,
});
const address = await app.listen({ port: 0, host: '127.0.0.1' });
const urls = ['/api/clip/status', '/api/images', '/api/libraries', '/healthz'].map((path) => `${address}${path}`);

const before = process.memoryUsage.rss();
const startedAt = performance.now();
const index = openSearchIndex({ database });
const loading = index.whenLoaded();
let mostRss = 0;
const watch = setInterval(() => {
  mostRss = Math.max(mostRss, process.memoryUsage.rss());
}, 100);
await loading;
await index.search(queryOf(0), 1); // Behind everything that was put.
console.log(`loaded ${index.size} rows in ${((performance.now() - startedAt) / 1000).toFixed(1)} s (made on the way)`);
await tell<'fill'>({ kind: 'fill', rows });

console.log(
  `of the best ${CHECKED_DEPTH} of ${CHECKED} queries, not those of a plain scan: ${await countWrong(index)}`,
);
const { passes, searches, filtered } = await timeInTurns(index);
const pass = quantile(passes, 0.5);
const ratio = (times: readonly number[], share: number): string => (quantile(times, share) / pass).toFixed(2);
console.log(`one native pass: p50 ${show(pass)}`);
console.log(
  `search: p50 ${show(quantile(searches, 0.5))} = ${ratio(searches, 0.5)} passes, p99 ${ratio(searches, 0.99)}`,
);
console.log(`search in half of it: p50 ${show(quantile(filtered, 0.5))} = ${ratio(filtered, 0.5)} passes`);
clearInterval(watch);
const vectors = rows * DIMENSION * 4;
console.log(
  `memory: ${megabytes(mostRss)} at most, ${megabytes(before)} of it the server before: ` +
    `whole process ÷ vectors ${(mostRss / vectors).toFixed(3)}, index ÷ vectors ${((mostRss - before) / vectors).toFixed(3)}`,
);
console.log(`idle: ${await askWhile(null, urls)}`);
console.log(`searching: ${await askWhile(index, urls)}`);

peer.kill();
await index.close();
await app.close();
await host.close();
rmSync(dataDir, { recursive: true, force: true });
process.exit();
