import type { PinnedModel } from '../database-types.js';
import { MODELS, type Step } from './backlog-steps.js';
import { hold, isChanging, keptKey, readRows, type World } from './backlog-world.js';
import { MODEL } from './open-test-database.js';

function modelAt(index: number): PinnedModel {
  const version = MODELS[index] ?? MODEL.version;
  return { version, name: version, dimension: MODEL.dimension };
}

export async function switchModel({ clipState }: World, step: Extract<Step, { kind: 'switch' }>): Promise<void> {
  const before = await clipState.read();
  const state = await clipState.switchTo(before.wantedModelVersion ?? '', modelAt(step.model));
  hold(state.activeModelVersion === before.activeModelVersion, 'a switch moved the search');
}

/** As for the starter model: only when nothing else is under way, and its vectors are forgotten by the next `carry`. */
export async function replaceModel(world: World, step: Extract<Step, { kind: 'replace' }>): Promise<void> {
  const { clipState, dropped } = world;
  const before = await clipState.read();
  const from = before.wantedModelVersion ?? '';
  const model = modelAt(step.model);
  if (isChanging(before) || before.retiringModelVersion !== null || model.version === from) return;
  await clipState.replace(from, model);
  dropped.add(from);
}

export async function rollBack({ clipState }: World): Promise<void> {
  const before = await clipState.read();
  hold((await clipState.rollBack()) === isChanging(before), 'rolled back what was not under way, or the reverse');
  hold(!isChanging(await clipState.read()), 'still under way');
}

export async function changeOver(world: World, step: Extract<Step, { kind: 'change' }>): Promise<void> {
  const { clipState, images, libraryId } = world;
  const before = await clipState.read();
  const { outdated } = await images.counters(libraryId);
  const isReady = before.ledgerModelVersion === before.wantedModelVersion && before.retiringModelVersion === null;
  const may = isChanging(before) && isReady && (step.force || outdated === 0);
  hold((await clipState.changeOver({ force: step.force })) === may, 'changed over too early or too late');
}

async function forgetAllBut({ images, kept }: World, keep: string): Promise<void> {
  await images.forgetEmbeddings({ keep });
  for (const key of kept) if (!key.endsWith(keptKey('', keep))) kept.delete(key);
}

/** What is left of the model before becomes the rows' own, or goes. */
export async function carry(world: World): Promise<void> {
  const { clipState, images, dropped } = world;
  const { retiringModelVersion: before, activeModelVersion: active } = await clipState.read();
  if (before === null || active === null) return;
  if (dropped.delete(before)) await forgetAllBut(world, active);
  else await images.foldWaiting({ version: active });
  await clipState.retire(before);
}

export async function settle(world: World): Promise<void> {
  const { clipState, images, condemned, tried } = world;
  await carry(world);
  const { ledgerModelVersion, wantedModelVersion: wanted } = await clipState.read();
  if (wanted === null || ledgerModelVersion === wanted) return;
  await images.resetLedger({ wanted });
  await clipState.settleLedger(wanted);
  condemned.clear();
  tried.clear();
  for (const { relPath, clip } of await readRows(world)) {
    hold(clip.status !== 'failed' && clip.attempts === 0, `${relPath} has a verdict of the model before`);
    hold([null, wanted].includes(clip.nextModelVersion), `${relPath} has an outcome that nobody waits for`);
  }
}
