import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, mustFail } from '../attack.js';
import type { Api } from '../kit/api.js';
import { startEncoder } from '../kit/encoder.js';
import { createPhotoMaker, writePhotos } from '../kit/library.js';
import { startServer } from '../kit/server.js';
import { cosine, readTable, type TableRow } from '../kit/table.js';
import { MODES, type Mode, startTcpProxy, type TcpProxy } from '../kit/tcp-proxy.js';
import { makeFolders } from './server-kill.js';

const MODES_A_ROUND = { smoke: 2, deep: MODES.length, nightly: MODES.length } as const;
const PHOTOS_A_MODE = { smoke: 5, deep: 15, nightly: 15 } as const;
const LONGEST_FAULT_MS = 3_000;
/** Batches of other sizes round otherwise; another picture is far below. */
const LEAST_COSINE = 0.9999;

/** A proxy between server and encoder that misbehaves in one way after another while photos come in. */
export const brokenNetwork: Attack = {
  name: 'broken-network',
  promise:
    'whatever the network to the encoder does, no photo fails, no wrong vector is stored, and all are encoded once it heals',
  rounds: { smoke: 1, deep: 2, nightly: 10 },
  counts: 'faults',
  async attack({ size, random, folder }) {
    const [root, dataDir] = makeFolders(folder);
    const maker = await createPhotoMaker(random);
    await using encoder = await startEncoder();
    await using proxy = await startTcpProxy(encoder.port, random);
    await using server = startServer({ dataDir, roots: [root], env: { APOLLO_URL: `grpc://127.0.0.1:${proxy.port}` } });
    const api = await server.api;
    let photos = writePhotos(root, maker, 'first', PHOTOS_A_MODE[size]).length;
    await api.settled(photos);
    const modes = random.shuffled(MODES).slice(0, MODES_A_ROUND[size]);
    for (const mode of modes) {
      photos += writePhotos(root, maker, mode, PHOTOS_A_MODE[size]).length;
      await misbehave(proxy, mode, api, photos, random.below(LONGEST_FAULT_MS));
      const { failed } = await api.settled(photos).catch((error: Error) => {
        throw new Error(`after ${mode}: ${error.message}\n${server.log().slice(-2_000)}`);
      });
      if (failed > 0) throw new Error(`${mode}: ${failed} photos failed`);
    }
    const faults = proxy.faults;
    await server.stop();
    await expectSameVectors(readTable(dataDir), root, join(folder, 'reference'));
    return { modes: modes.length, faults, photos, failed: 0, wrong: 0 };
  },
  async control({ size, random, folder }) {
    const [root, dataDir] = makeFolders(folder);
    const maker = await createPhotoMaker(random);
    const photos = writePhotos(root, maker, 'control', PHOTOS_A_MODE[size]).length;
    await using server = startServer({ dataDir, roots: [root], env: { APOLLO_URL: 'embedded' } });
    await (await server.api).settled(photos);
    await server.stop();
    const rows = readTable(dataDir);
    // Each photo gets the vector of another scene.
    const other = rows.map((row) => ({ ...row, vector: farthest(row, rows) }));
    const found = await mustFail('vectors of other photos', () =>
      expectSameVectors(other, root, join(folder, 'reference')),
    );
    return `vectors in the wrong places are noticed (${found.split(':')[0]})`;
  },
};

/** Until the fault was met and has lasted a while, or all photos got through in spite of it. */
async function misbehave(proxy: TcpProxy, mode: Mode, api: Api, photos: number, ms: number): Promise<void> {
  const before = proxy.faults;
  await proxy.become(mode);
  for (let tries = 0; tries < 100 && proxy.faults === before; tries += 1) await sleep(100);
  await Promise.race([sleep(1_000 + ms), api.settled(photos).catch(() => {})]);
  await proxy.become('healthy');
}

function farthest(row: TableRow, rows: readonly TableRow[]): Buffer {
  const distance = ({ vector }: TableRow): number => cosine(row.vector ?? Buffer.alloc(4), vector ?? Buffer.alloc(4));
  return rows.toSorted((left, right) => distance(left) - distance(right))[0]?.vector ?? Buffer.alloc(4);
}

/** Against a server of its own that encodes the same folder with nothing in the way. */
async function expectSameVectors(rows: readonly TableRow[], root: string, dataDir: string): Promise<void> {
  await using server = startServer({ dataDir, roots: [root], env: { APOLLO_URL: 'embedded' } });
  await (await server.api).settled(rows.length);
  await server.stop();
  const wanted = new Map(readTable(dataDir).map((row) => [row.relPath, row.vector]));
  const wrong = rows.filter(({ relPath, vector }) => {
    const reference = wanted.get(relPath) ?? null;
    return vector === null || reference === null || cosine(vector, reference) < LEAST_COSINE;
  });
  if (wrong.length > 0) throw new Error(`${wrong.length} wrong vectors: ${wrong[0]?.relPath}`);
}
