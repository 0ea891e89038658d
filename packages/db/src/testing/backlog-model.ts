import { accessSync, constants } from 'node:fs';
import { openDatabase } from '../database.js';
import type { Database } from '../database-types.js';
import { carry, changeOver, replaceModel, rollBack, settle, switchModel } from './backlog-change.js';
import { claimRows, extend, release, rescue, syncTokens } from './backlog-claims.js';
import { checkFacts } from './backlog-facts.js';
import { fail, finish } from './backlog-outcomes.js';
import { exclude, lose, requeue, scan, see, sweep } from './backlog-photos.js';
import { OWNERS, type Step } from './backlog-steps.js';
import { hold, isChanging, LEASE_MS, readRows, type World } from './backlog-world.js';
import { MODEL, temporaryFolder } from './open-test-database.js';
import { claimOf, collect, embeddingOf } from './rows.js';

/*
 * The backlog as random programs meet it: scans, two drains, crashes, jumps of the clock. What the table must be after
 * each step is written down here as facts about the photos, not as the statements' own logic.
 */

export interface Backlog extends AsyncDisposable {
  /** Runs a program on an empty table. @throws Error that names the fact which does not hold */
  run(steps: readonly Step[]): Promise<void>;
  readonly database: Database;
}

/** A folder in memory where there is one: these tests are about logic, and fsync is most of their time. */
function memoryFolder(): string | undefined {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return undefined; // the disk does, only slower
  }
}

export async function openBacklog(): Promise<Backlog> {
  const folder = temporaryFolder(memoryFolder());
  const clock = { time: 1_700_000_000_000 };
  const database = await openDatabase({ url: `file:${folder.path}/model.db`, now: () => clock.time });
  await database.clipState.pin(MODEL);
  let runs = 0;
  return {
    database,
    async run(steps) {
      runs += 1;
      clock.time = 1_700_000_000_000;
      await pinAgain(database);
      const library = await database.libraries.add({
        name: 'l',
        rootPath: `/l${runs}`,
        excludedDirs: [],
        rootIdentity: null,
      });
      const world = createWorld(database, library.id, clock);
      try {
        for (const step of steps) await take(world, step);
        await comeToRest(world);
      } finally {
        await database.libraries.remove(library.id);
      }
    },
    async [Symbol.asyncDispose]() {
      await database.close();
      folder.remove();
    },
  };
}

/** Every program begins with one model, whatever the one before left. */
async function pinAgain({ clipState }: Database): Promise<void> {
  await clipState.rollBack();
  const { wantedModelVersion } = await clipState.read();
  if (wantedModelVersion !== MODEL.version) await clipState.replace(wantedModelVersion ?? '', MODEL);
  const { retiringModelVersion } = await clipState.read();
  if (retiringModelVersion !== null) await clipState.retire(retiringModelVersion);
  await clipState.settleLedger(MODEL.version);
}

function createWorld({ images, clipState }: Database, libraryId: number, clock: World['clock']): World {
  const memory = {
    held: [],
    tokens: new Map(),
    dropped: new Set<string>(),
    condemned: new Set<string>(),
    kept: new Set<string>(),
  };
  return { images, clipState, libraryId, clock, ...memory, tried: new Map() };
}

/** What these do is no reason for a photo not to be found any more. */
const KEEP_SEARCH: ReadonlySet<Step['kind']> = new Set([
  'claim',
  'finish',
  'fail',
  'release',
  'extend',
  'rescue',
  'restart',
  'requeue',
  'wait',
  'switch',
  'rollback',
  'settle',
]);

async function searchable({ images, clipState }: World): Promise<ReadonlySet<number>> {
  const { activeModelVersion } = await clipState.read();
  const rows = await collect(images.streamEmbeddings({ modelVersion: activeModelVersion ?? '' }));
  return new Set(rows.map(({ id }) => id));
}

async function take(world: World, step: Step): Promise<void> {
  const before = await searchable(world);
  await act(world, step);
  await syncTokens(world);
  await checkFacts(world);
  const after = await searchable(world);
  const lost = KEEP_SEARCH.has(step.kind) ? [...before].filter((id) => !after.has(id)) : [];
  hold(lost.length === 0, `${step.kind}: rows ${lost.join()} are not found any more`);
}

async function act(world: World, step: Step): Promise<void> {
  switch (step.kind) {
    case 'scan':
      return scan(world, step);
    case 'lose':
      return lose(world, step);
    case 'see':
      return see(world, step);
    case 'sweep':
      return sweep(world);
    case 'exclude':
      return exclude(world, step);
    case 'claim':
      return claimRows(world, step);
    case 'finish':
      return finish(world, step);
    case 'fail':
      return fail(world, step);
    case 'release':
      return release(world, step);
    case 'extend':
      return extend(world, step);
    case 'rescue':
      return rescue(world);
    case 'restart':
      await world.images.releaseOwner(OWNERS[step.owner] ?? 'one');
      return;
    case 'requeue':
      return requeue(world, step);
    case 'wait':
      world.clock.time += step.ms;
      return;
    case 'switch':
      return switchModel(world, step);
    case 'replace':
      return replaceModel(world, step);
    case 'rollback':
      return rollBack(world);
    case 'change':
      return changeOver(world, step);
    case 'carry':
      return carry(world);
    case 'settle':
      return settle(world);
    default: {
      const never: never = step;
      throw new Error(`unknown step ${JSON.stringify(never)}`);
    }
  }
}

/** Claims whatever goes out, one lane after the other; false when nothing does. */
async function encodeSome({ images, clipState, libraryId }: World): Promise<boolean> {
  const modelVersion = (await clipState.read()).wantedModelVersion ?? '';
  let worked = false;
  for (const request of [
    { limit: 2 },
    { alone: true },
    { limit: 2, reencode: true },
    { alone: true, reencode: true },
  ]) {
    const claimed = await images.claimClipCandidates(
      claimOf(libraryId, { ...request, wantedModelVersion: modelVersion }),
    );
    if (claimed.candidates.length > 0 || claimed.copied > 0) worked = true;
    await images.backfillClipEmbeddings(claimed.candidates.map((each) => embeddingOf(claimed, each, { modelVersion })));
  }
  return worked;
}

/**
 * A drain whose encoder answers, asleep between the times that the table names, leaves nothing to do: no row is ever
 * forgotten. A row whose twin is in flight counts as due, so it also looks again before anything is.
 */
async function comeToRest(world: World): Promise<void> {
  const { images, libraryId, clock } = world;
  await settle(world);
  for (let rounds = 0; ; rounds += 1) {
    hold(rounds < 60, 'the backlog never ends');
    await images.rescueExpiredClaims();
    if (await encodeSome(world)) continue;
    const dueAt = await images.nextDueAt(libraryId);
    if (dueAt === null) break;
    clock.time = Math.max(clock.time + LEASE_MS / 2, dueAt);
  }
  await checkFacts(world);
  await checkChanged(world);
}

/** The change that was under way ends, and every photo is found in the model that was wanted, or failed. */
async function checkChanged(world: World): Promise<void> {
  const { clipState } = world;
  const wasChanging = isChanging(await clipState.read());
  hold((await clipState.changeOver()) === wasChanging, 'the change does not come to its end');
  await checkFacts(world);
  await carry(world);
  await checkFacts(world);
  const { wantedModelVersion } = await clipState.read();
  for (const { missingSince, relPath, clip } of await readRows(world)) {
    if (missingSince !== null || clip.status === 'skipped') continue;
    hold(clip.status !== 'pending', `${relPath} was forgotten`);
    hold(clip.status === 'failed' || clip.modelVersion === wantedModelVersion, `${relPath} is in a model of before`);
    hold(clip.nextModelVersion === null, `${relPath} waits for a change that is over`);
  }
}
