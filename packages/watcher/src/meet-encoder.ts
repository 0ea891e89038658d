import type { ClipClient, ClipModel } from '@clip-watch/clip-client';
import type { ClipModelState, Database } from '@clip-watch/db';
import type { DrainDeps } from './drain-types.js';
import { errorCode } from './error-code.js';

/** The name by which the built-in starter model goes. */
export const STARTER_MODEL: string = 'palette';

export interface EncoderMeeting {
  readonly deps: Pick<DrainDeps, 'database' | 'clipClient' | 'log'>;
  readonly soft: AbortSignal;
  /** Ends the wait for an encoder. */
  readonly connect: AbortSignal;
}

/**
 * Waits for an encoder and pins its model, so that no photo is ever encoded in two. The starter model gives way by itself
 * to any other that an encoder serves.
 * @throws ClipClientError; ModelMismatchError; DatabaseError
 */
export async function meetEncoder(run: EncoderMeeting): Promise<ClipModel> {
  const { database, clipClient } = run.deps;
  const state = await database.clipState.read();
  const met = await meetModel(state.wantedModelVersion, run).catch((error: unknown) => ({ error }));
  const successor = successorOf(state, clipClient, 'error' in met);
  if (successor !== undefined)
    return replaceModel(state.wantedModelVersion ?? '', await meetModel(successor, run), run);
  if ('error' in met) throw met.error;
  await pin(state.wantedModelVersion, met, database);
  clipClient.setModelVersion(met.version);
  return met;
}

/** Whether an encoder may be met that the starter model gives way to, though no photo is due. */
export async function mayGiveWay({ database, clipClient }: EncoderMeeting['deps'], hasMet: boolean): Promise<boolean> {
  const state = await database.clipState.read();
  return state.modelName === STARTER_MODEL && (!hasMet || successorOf(state, clipClient, false) !== undefined);
}

/** Drops what is left of a model that gave way, and of verdicts under it. A stop in between is made up for by the next call. */
export async function forgetRetired({ deps, soft }: Pick<EncoderMeeting, 'deps' | 'soft'>): Promise<void> {
  const { clipState, images } = deps.database;
  const { wantedModelVersion: keep, retiringModelVersion } = await clipState.read();
  if (keep === null || retiringModelVersion === null) return;
  const photos = await images.forgetEmbeddings({ keep, signal: soft });
  await clipState.retire(keep);
  deps.log?.info({ photos, from: retiringModelVersion, to: keep }, 'clip_watch: photos are due anew, in another model');
}

function meetModel(version: string | null, { deps, connect }: EncoderMeeting): Promise<ClipModel> {
  if (version !== null) deps.clipClient.setModelVersion(version);
  return deps.clipClient.whenReady({ signal: connect });
}

/**
 * The version that an encoder offers in the place of the starter model. Another version of the starter model itself only
 * when nobody serves the one in force: two of them side by side must not take turns.
 */
function successorOf(
  { modelName, wantedModelVersion }: ClipModelState,
  clipClient: Pick<ClipClient, 'health'>,
  isAlone: boolean,
): string | undefined {
  if (modelName !== STARTER_MODEL) return undefined;
  const offered = clipClient
    .health()
    .encoders.flatMap(({ state, model }) => (state === 'misconfigured' && model !== undefined ? [model] : []))
    .filter(({ version, name }) => version !== wantedModelVersion && (isAlone || name !== STARTER_MODEL));
  return (offered.find(({ name }) => name !== STARTER_MODEL) ?? offered[0])?.version;
}

async function replaceModel(from: string, model: ClipModel, run: EncoderMeeting): Promise<ClipModel> {
  const { version, name, dimension } = model;
  await run.deps.database.clipState.replace(from, { version, name, dimension });
  await forgetRetired(run);
  return model;
}

async function pin(wanted: string | null, model: ClipModel, { clipState }: Pick<Database, 'clipState'>): Promise<void> {
  try {
    await clipState.pin({ version: model.version, name: model.name, dimension: model.dimension });
  } catch (error) {
    if (errorCode(error) !== 'MODEL_MISMATCH') throw error;
    throw new ModelMismatchError(model, wanted, { cause: error });
  }
}

/** The encoder speaks for another model than the one that the photos are in. */
class ModelMismatchError extends Error {
  override readonly name = 'ModelMismatchError';
  readonly code = 'MODEL_MISMATCH';
  constructor(model: ClipModel, wanted: string | null, options: ErrorOptions) {
    const inForce = wanted ?? 'another model';
    super(
      `The encoder serves ${model.name} (${model.version}), the photos are in ${inForce}. ` +
        'Start the encoder with the model of the photos, or use another data folder for this one.',
      options,
    );
  }
}
