import type { ClipClient, ClipModel } from '@clip-watch/clip-client';
import type { ClipBacklog, ClipModelState } from '../clip-backlog.js';
import type { DrainDeps } from '../drain-types.js';
import { errorCode } from '../error-code.js';
import { advanceModelChange, otherModels, STARTER_MODEL } from './model-change.js';

export interface EncoderMeeting {
  readonly deps: Pick<DrainDeps, 'backlog' | 'clipClient' | 'log'>;
  readonly soft: AbortSignal;
  /** Ends the wait for an encoder. */
  readonly connect: AbortSignal;
}

/**
 * Waits for an encoder and pins its model, so that photos are never encoded with two models at once. The starter model
 * gives way to any other model on its own; every other change of models has to be asked for.
 * @throws ClipClientError; ModelMismatchError; DatabaseError
 */
export async function meetEncoder(run: EncoderMeeting): Promise<ClipModel> {
  const { backlog, clipClient } = run.deps;
  const state = await backlog.readModelState();
  const met = await meetModel(state.wantedModelVersion, run).catch((error: unknown) => ({ error }));
  const successor = successorOf(state, clipClient, 'error' in met);
  if (successor !== undefined) return giveWay(state, await meetModel(successor, run), run);
  if ('error' in met) throw toMismatch(state, clipClient, met.error);
  await pin(state, met, backlog);
  clipClient.setModelVersion(met.version);
  return met;
}

/** Whether to look for an encoder even though no photo is due, because the starter model might give way to it. */
export async function mayGiveWay({ backlog, clipClient }: EncoderMeeting['deps'], hasMet: boolean): Promise<boolean> {
  const state = await backlog.readModelState();
  return state.modelName === STARTER_MODEL && (!hasMet || successorOf(state, clipClient, false) !== undefined);
}

function meetModel(version: string | null, { deps, connect }: EncoderMeeting): Promise<ClipModel> {
  if (version !== null) deps.clipClient.setModelVersion(version);
  return deps.clipClient.whenReady({ signal: connect });
}

/**
 * The version that should replace the starter model, if an encoder offers one. A different version of the starter model
 * itself counts only when nobody serves the current one: otherwise two of them would take turns forever.
 */
function successorOf(
  { modelName, wantedModelVersion }: ClipModelState,
  clipClient: Pick<ClipClient, 'health'>,
  isAlone: boolean,
): string | undefined {
  if (modelName !== STARTER_MODEL) return undefined;
  const offered = otherModels(clipClient, wantedModelVersion).filter(({ name }) => isAlone || name !== STARTER_MODEL);
  return (offered.find(({ name }) => name !== STARTER_MODEL) ?? offered[0])?.version;
}

/** Drops the vectors of the starter model, so that searches use the new model right away. */
async function giveWay(state: ClipModelState, model: ClipModel, run: EncoderMeeting): Promise<ClipModel> {
  const { backlog } = run.deps;
  const { version, name, dimension } = model;
  const from = state.wantedModelVersion ?? '';
  const isSearched = state.activeModelVersion === from;
  await backlog[isSearched ? 'replaceModel' : 'switchModel'](from, { version, name, dimension });
  await advanceModelChange({ ...run.deps, signal: run.soft });
  return model;
}

async function pin(state: ClipModelState, model: ClipModel, backlog: Pick<ClipBacklog, 'pinModel'>): Promise<void> {
  try {
    await backlog.pinModel({ version: model.version, name: model.name, dimension: model.dimension });
  } catch (error) {
    throw errorCode(error) === 'MODEL_MISMATCH' ? new ModelMismatchError(model, state, { cause: error }) : error;
  }
}

/** When the reachable encoders serve another model, says so and what to do about it. */
function toMismatch(state: ClipModelState, clipClient: Pick<ClipClient, 'health'>, error: unknown): unknown {
  const [offered] = otherModels(clipClient, state.wantedModelVersion);
  const isMismatch = errorCode(error) === 'MISCONFIGURED' && offered !== undefined;
  return isMismatch && state.wantedModelVersion !== null
    ? new ModelMismatchError(offered, state, { cause: error })
    : error;
}

/** The encoder serves a different model from the one that the photos are encoded with. */
class ModelMismatchError extends Error {
  override readonly name = 'ModelMismatchError';
  readonly code = 'MODEL_MISMATCH';
  constructor(model: Pick<ClipModel, 'name' | 'version'>, state: ClipModelState, options: ErrorOptions) {
    const { activeModelVersion, wantedModelVersion, modelName } = state;
    const isChanging = activeModelVersion !== wantedModelVersion;
    const wanted = `${modelName ?? 'another model'} (${wantedModelVersion})`;
    super(
      `The encoder serves ${model.name} (${model.version}), the photos are ${isChanging ? 'being changed to' : 'in'} ${wanted}: ` +
        `clip-watch model ${isChanging ? 'rollback goes back to the model that is searched' : 'switch changes them'}; or start the encoder of ${wanted} again.`,
      options,
    );
  }
}
