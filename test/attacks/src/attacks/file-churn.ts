import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, mustFail, type Round } from '../attack.js';
import type { Api } from '../kit/api.js';
import { createPhotoMaker } from '../kit/library.js';
import { startServer } from '../kit/server.js';
import { cosine, readTable, shownRows, type TableRow } from '../kit/table.js';
import { createTree, type Tree } from '../kit/tree.js';
import { waitUntil } from '../kit/wait.js';
import { makeFolders } from './server-kill.js';

const OPERATIONS = { smoke: 60, deep: 1_000, nightly: 2_000 } as const;
const FIRST_PHOTOS = { smoke: 25, deep: 250, nightly: 400 } as const;
/** Between two scans: a scan that misses half of a library is another case, with a brake of its own. */
const SHARE_A_SCAN = 0.2;
const LONGEST_PAUSE_MS = 40;
const LEAST_COSINE = 0.9999;

/** Files made, changed, moved and taken away at random while they are scanned and encoded. */
export const fileChurn: Attack = {
  name: 'file-churn',
  promise: 'whatever happens to files during scans and drains, the table is that of a fresh index in the end',
  rounds: { smoke: 1, deep: 2, nightly: 10 },
  counts: 'operations',
  async attack(round) {
    const { size, folder, random } = round;
    const [root, dataDir] = makeFolders(folder);
    const tree = await startTree(round, root);
    await using server = startServer({ dataDir, roots: [root], env: { APOLLO_URL: 'embedded', SCAN_INTERVAL_S: '1' } });
    const api = await server.api;
    for (let n = 0; n < OPERATIONS[size]; n += 1) {
      if (n % 30 === 29) await exclude(api, tree.changeRules());
      else tree.change();
      await sleep(random.below(LONGEST_PAUSE_MS));
      if (n % Math.round(FIRST_PHOTOS[size] * SHARE_A_SCAN) === 0) await nextScan(api);
    }
    await tree.rest();
    await waitUntil(
      async () => (await api.status()).pending === 0 && difference(tree, readTable(dataDir)) === '',
      () => `never came to rest: ${difference(tree, readTable(dataDir))}`,
    );
    await server.stop();
    const table = shownRows(readTable(dataDir));
    expectSame(table, await freshIndex(root, tree, join(folder, 'fresh')));
    return { operations: OPERATIONS[size], photos: table.length, differences: 0 };
  },
  async control(round: Round) {
    const [root, dataDir] = makeFolders(round.folder);
    const tree = await startTree({ ...round, size: 'smoke' }, root);
    const rows = await freshIndex(root, tree, dataDir);
    expectSame(rows, rows);
    const [first, second] = rows;
    if (first === undefined || second === undefined) throw new Error('the control has no rows');
    const notice = (what: string, changed: readonly TableRow[]): Promise<string> =>
      mustFail(what, () => expectSame(changed, rows));
    await notice('a row too few', rows.slice(1));
    await notice('a row under its old name', [{ ...first, relPath: 'old.jpg' }, ...rows.slice(1)]);
    await notice('old bytes', [{ ...first, contentHash: second.contentHash }, ...rows.slice(1)]);
    await notice("old bytes' vector", [{ ...first, vector: Buffer.alloc(2048, 1) }, ...rows.slice(1)]);
    return 'a row too few, an old name, old bytes and an old vector are each noticed';
  },
};

async function startTree({ size, random }: Round, root: string): Promise<Tree> {
  const tree = createTree(root, random, await createPhotoMaker(random));
  for (let n = 0; n < FIRST_PHOTOS[size]; n += 1) tree.create();
  return tree;
}

async function nextScan(api: Api): Promise<void> {
  const lastScan = async (): Promise<number | null> => (await libraryOf(api)).lastScanAt;
  const before = await lastScan();
  await waitUntil(
    async () => (await lastScan()) !== before,
    () => 'no scan ends any more',
  );
}

async function libraryOf(api: Api): Promise<{ readonly id: number; readonly lastScanAt: number | null }> {
  const { items } = await api.json<{ items: readonly { id: number; lastScanAt: number | null }[] }>('/api/libraries');
  if (items[0] === undefined) throw new Error('there is no library');
  return items[0];
}

async function exclude(api: Api, excludedDirs: readonly string[]): Promise<void> {
  await api.post(`/api/libraries/${(await libraryOf(api)).id}`, { excludedDirs }, 'PATCH');
}

/** Empty when the table has exactly the photos that are there, with their bytes. */
function difference(tree: Tree, rows: readonly TableRow[]): string {
  const shown = new Map(shownRows(rows).map((row) => [row.relPath, row.contentHash]));
  const wanted = tree.photos();
  const wrong = [...wanted].filter(([relPath, hash]) => shown.get(relPath) !== hash).map(([relPath]) => relPath);
  const extra = [...shown.keys()].filter((relPath) => !wanted.has(relPath));
  return [...wrong.map((path) => `${path} is not up to date`), ...extra.map((path) => `${path} is not there`)]
    .slice(0, 5)
    .join(', ');
}

async function freshIndex(root: string, tree: Tree, dataDir: string): Promise<readonly TableRow[]> {
  await using server = startServer({ dataDir, env: { APOLLO_URL: 'embedded' } });
  const api = await server.api;
  await api.post('/api/libraries', { rootPath: root, excludedDirs: tree.rules() });
  await waitUntil(
    async () => {
      const { pending, photos, skipped } = await api.status();
      return pending === 0 && photos - skipped === tree.photos().size;
    },
    () => `the fresh index does not end: ${difference(tree, readTable(dataDir))}`,
  );
  await server.stop();
  return shownRows(readTable(dataDir));
}

function expectSame(rows: readonly TableRow[], fresh: readonly TableRow[]): void {
  const other = new Map(fresh.map((row) => [row.relPath, row]));
  for (const row of rows) {
    const wanted = other.get(row.relPath);
    if (wanted === undefined) throw new Error(`${row.relPath} is no photo of a fresh index`);
    for (const key of ['contentHash', 'status', 'reason'] as const)
      if (row[key] !== wanted[key])
        throw new Error(`${row.relPath}: ${key} is ${row[key]}, a fresh index has ${wanted[key]}`);
    const isAlike =
      row.vector === null || wanted.vector === null
        ? row.vector === wanted.vector
        : cosine(row.vector, wanted.vector) >= LEAST_COSINE;
    if (!isAlike) throw new Error(`${row.relPath}: the vector is another one than a fresh index makes`);
  }
  if (rows.length !== fresh.length) throw new Error(`${rows.length} photos, a fresh index has ${fresh.length}`);
}
