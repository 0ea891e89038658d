import { accessSync, constants } from 'node:fs';
import { openDatabase } from '../database.js';
import type { Database } from '../database-types.js';
import { claimRows, extend, release, rescue, syncTokens } from './backlog-claims.js';
import { checkFacts } from './backlog-facts.js';
import { fail, finish } from './backlog-outcomes.js';
import { exclude, lose, requeue, scan, see, sweep } from './backlog-photos.js';
import { OWNERS, type Step } from './backlog-steps.js';
import { hold, LEASE_MS, readRows, type World } from './backlog-world.js';
import { MODEL, temporaryFolder } from './open-test-database.js';
import { claimOf, embeddingOf } from './rows.js';

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
      const library = await database.libraries.add({ name: 'l', rootPath: `/l${runs}`, excludedDirs: [] });
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

function createWorld({ images }: Database, libraryId: number, clock: World['clock']): World {
  return { images, libraryId, clock, held: [], tokens: new Map(), condemned: new Set(), tried: new Map() };
}

async function take(world: World, step: Step): Promise<void> {
  await act(world, step);
  await syncTokens(world);
  await checkFacts(world);
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
    default: {
      const never: never = step;
      throw new Error(`unknown step ${JSON.stringify(never)}`);
    }
  }
}

/** Claims whatever goes out, one lane after the other; false when nothing does. */
async function encodeSome({ images, libraryId }: World): Promise<boolean> {
  const lanes = [claimOf(libraryId, { limit: 2 }), claimOf(libraryId, { alone: true })];
  let worked = false;
  for (const request of lanes) {
    const claimed = await images.claimClipCandidates(request);
    if (claimed.candidates.length > 0 || claimed.copied > 0) worked = true;
    await images.backfillClipEmbeddings(claimed.candidates.map((each) => embeddingOf(claimed, each)));
  }
  return worked;
}

/**
 * A drain whose encoder answers, asleep between the times that the table names, leaves nothing to do: no row is ever
 * forgotten. A row whose twin is in flight counts as due, so it also looks again before anything is.
 */
async function comeToRest(world: World): Promise<void> {
  const { images, libraryId, clock } = world;
  for (let rounds = 0; ; rounds += 1) {
    hold(rounds < 50, 'the backlog never ends');
    await images.rescueExpiredClaims();
    if (await encodeSome(world)) continue;
    const dueAt = await images.nextDueAt(libraryId);
    if (dueAt === null) break;
    clock.time = Math.max(clock.time + LEASE_MS / 2, dueAt);
  }
  for (const row of await readRows(world))
    hold(row.missingSince !== null || row.clip.status !== 'pending', `${row.relPath} was forgotten`);
  await checkFacts(world);
}
