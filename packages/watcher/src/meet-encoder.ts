import type { ClipModel } from '@clip-watch/clip-client';
import type { Database } from '@clip-watch/db';
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

/** Whether the photos are in the starter model, which gives way to any other. */
export async function isStarterInForce({ clipState }: Pick<Database, 'clipState'>): Promise<boolean> {
  return (await clipState.read()).modelName === STARTER_MODEL;
}

/**
 * Waits for an encoder and pins its model, so that no photo is ever encoded in two. The starter model gives way by itself:
 * its vectors are forgotten, and all photos are due again.
 * @throws ClipClientError; ModelMismatchError; DatabaseError
 */
export async function meetEncoder({ deps, connect, soft }: EncoderMeeting): Promise<ClipModel> {
  const { database, clipClient } = deps;
  const { wantedModelVersion: wanted, modelName } = await database.clipState.read();
  const givesWay = modelName === STARTER_MODEL;
  if (wanted !== null && !givesWay) clipClient.setModelVersion(wanted);
  const model = await clipClient.whenReady({ signal: connect });
  if (wanted !== null && givesWay && model.version !== wanted) await takeOver(wanted, model, { deps, soft });
  else await pin(wanted, model, database);
  clipClient.setModelVersion(model.version);
  return model;
}

/** The vectors go first: a stop in between leaves photos that are pending in the old model, and the next start goes on. */
async function takeOver(from: string, model: ClipModel, run: Pick<EncoderMeeting, 'deps' | 'soft'>): Promise<void> {
  const { database, log } = run.deps;
  log?.info({ from, model: model.version, name: model.name }, 'clip_watch: the starter model gives way to another');
  const photos = await database.images.forgetEmbeddings(run.soft);
  await database.images.requeue({ all: true });
  const { version, name, dimension } = model;
  await database.clipState.replace(from, { version, name, dimension });
  log?.info({ photos, model: version }, 'clip_watch: all photos are encoded anew');
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
