import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, mustFail } from '../attack.js';
import type { Api } from '../kit/api.js';
import { createPhotoMaker, type PhotoMaker, writePhotos } from '../kit/library.js';
import { commandLine, descendantsOf, isAlive, signal } from '../kit/processes.js';
import { type Server, startServer } from '../kit/server.js';
import { waitUntil } from '../kit/wait.js';
import type { Random } from '../random.js';
import { makeFolders } from './server-kill.js';

/** Every kind of child, by what its command line says. */
const KINDS = {
  decode: /watcher\/dist\/picture\/host\/decode-child\.js/,
  encoder: /apollo\/dist\/main\.js/,
  vision: /apollo\/dist\/children\/vision-child\.js/,
  text: /apollo\/dist\/children\/text-child\.js/,
  folder: /folder-child\.js/,
  watch: /watch-child\.js/,
  original: /original-child\.js/,
  perl: /exiftool/,
} as const;
type Kind = keyof typeof KINDS;
const ALL_KINDS = Object.keys(KINDS) as Kind[]; // the keys of the line above

const PHOTOS_A_HIT = 5;
const HITS_A_ROUND = { smoke: 4, deep: 16, nightly: 16 } as const;
const LONGEST_PAUSE_MS = 1_500;

/** Children of each kind killed and stopped while photos come in and people search and look. */
export const childKill: Attack = {
  name: 'child-kill',
  promise: 'whatever child is killed or hangs, the server goes on, replaces it, and encodes every photo',
  rounds: { smoke: 1, deep: 7, nightly: 50 },
  counts: 'hits',
  async attack({ size, random, folder }) {
    const [root, dataDir] = makeFolders(folder);
    const maker = await createPhotoMaker(random);
    await using server = startServer({ dataDir, roots: [root], env: { APOLLO_URL: 'embedded' } });
    const api = await server.api;
    const hits = random
      .shuffled(ALL_KINDS.flatMap((kind) => (['SIGKILL', 'SIGSTOP'] as const).map((name) => ({ kind, name }))))
      .slice(0, HITS_A_ROUND[size]);
    const figures: Record<string, number> = { hits: 0, notThere: 0 };
    const stopped: { readonly pid: number; readonly kind: Kind }[] = [];
    let photos = 0;
    for (const [n, { kind, name }] of hits.entries()) {
      photos += writePhotos(root, maker, `hit-${n}`, PHOTOS_A_HIT).length;
      const pid = await findChild(server, api, kind, random);
      if (pid === undefined || !signal(pid, name)) {
        figures.notThere = (figures.notThere ?? 0) + 1;
        continue;
      }
      figures.hits = (figures.hits ?? 0) + 1;
      figures[kind] = (figures[kind] ?? 0) + 1;
      if (name === 'SIGSTOP') stopped.push({ pid, kind });
      await sleep(random.below(LONGEST_PAUSE_MS));
    }
    await expectRecovery(server, api, root, maker, photos);
    await expectReplaced(stopped);
    const { code, signal: by } = await server.stop();
    if (code !== 0) throw new Error(`the server ended with ${by ?? code}`);
    return { ...figures, photos };
  },
  async control({ folder, random }) {
    const [root, dataDir] = makeFolders(folder);
    const maker = await createPhotoMaker(random);
    await using server = startServer({ dataDir, roots: [root], env: { APOLLO_URL: 'embedded' } });
    const api = await server.api;
    await api.settled(0);
    // What nobody protects from: the process that supervises all the others.
    signal(server.pid, 'SIGSTOP');
    const photos = writePhotos(root, maker, 'control', PHOTOS_A_HIT).length;
    const settled = mustFail('a stopped server', () => expectProgress(api, photos, 4_000));
    await settled.finally(() => signal(server.pid, 'SIGCONT'));
    await api.settled(photos);
    return 'the same signal to the server itself stands everything still until it is taken back';
  },
};

/** Asks for what a child of that kind is started for, and waits a little for it. */
async function findChild(server: Server, api: Api, kind: Kind, random: Random): Promise<number | undefined> {
  const find = (): readonly number[] => descendantsOf(server.pid).filter((pid) => KINDS[kind].test(commandLine(pid)));
  for (let tries = 0; tries < 20; tries += 1) {
    const [first, ...others] = find();
    if (first !== undefined) return random.pick([first, ...others]);
    await Promise.race([occupy(api, kind), sleep(1_000)]);
    await sleep(100);
  }
  return undefined;
}

async function occupy(api: Api, kind: Kind): Promise<void> {
  const { items } = await api.json<{ items: readonly { id: number }[] }>('/api/images?limit=1');
  if (kind === 'text') await api.post('/api/search', { text: `word ${Math.random()}` }).catch(() => {});
  if (kind !== 'original' || items[0] === undefined) return;
  await (await api.request(`/api/images/${items[0].id}/original`)).arrayBuffer();
}

async function expectRecovery(
  server: Server,
  api: Api,
  root: string,
  maker: PhotoMaker,
  photos: number,
): Promise<void> {
  const more = writePhotos(root, maker, 'after', PHOTOS_A_HIT).length;
  const { encoded, failed } = await api.settled(photos + more).catch((error: Error) => {
    throw new Error(`${error.message}\n${server.log().slice(-3_000)}`);
  });
  if (failed > 0 || encoded !== photos + more)
    throw new Error(`${encoded} encoded and ${failed} failed of ${photos + more}`);
  if (!server.isRunning()) throw new Error('the server is gone');
  await api.post('/api/search', { text: `after all ${Math.random()}` });
}

async function expectReplaced(stopped: readonly { readonly pid: number; readonly kind: Kind }[]): Promise<void> {
  const left = (): readonly string[] => stopped.filter(({ pid }) => isAlive(pid)).map(({ kind }) => kind);
  await waitUntil(
    () => left().length === 0,
    () => `stopped, and never replaced: ${left().join(', ')}`,
  );
}

async function expectProgress(api: Api, photos: number, patienceMs: number): Promise<void> {
  const status = await Promise.race([api.settled(photos), sleep(patienceMs)]);
  if (status === undefined) throw new Error('nothing went on');
}
