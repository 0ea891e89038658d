import type { ClipClient, ClipModel } from '@clip-watch/clip-client';
import type { ClipModelState, Database } from '@clip-watch/db';
import { activateNow, deadlineSignal, STARTER_MODEL } from '@clip-watch/watcher';
import type { BaseLogger } from 'pino';
import type { Config } from '../config/config.js';
import type { EmbeddedApollo } from '../encoder/embedded-apollo.js';
import { HostError, messageOf } from '../errors.js';

export interface ModelSwitchDeps {
  readonly config: Pick<Config, 'clipModel' | 'clipModelDir' | 'apolloUrl'>;
  readonly database: Pick<Database, 'clipState' | 'backlog'>;
  readonly clipClient: Pick<ClipClient, 'isEnabled' | 'health'>;
  /** A client of this encoder alone, that takes any model. */
  clientAt(address: string): ClipClient;
  readonly log: Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error'>;
}

/** An encoder that is asleep does not hold up the answer of another one for longer. */
const MEETING_MS = 5_000;

/**
 * From now on photos are encoded in the model that an encoder serves besides the wanted one. The search stays in the
 * active one until all that it finds is ready, or goes over with `now`: then also for a change that is under way.
 * @throws HostError MODEL_SWITCH with one sentence why nothing changes
 */
export async function switchModel(deps: ModelSwitchDeps, { now }: { readonly now: boolean }): Promise<void> {
  const state = await deps.database.clipState.read();
  const isOther = await switchToOther(deps, state);
  const isUnderWay = state.activeModelVersion !== state.wantedModelVersion;
  if (!isOther && !isUnderWay)
    throw new HostError(
      'MODEL_SWITCH',
      `the encoder serves the model of the photos already (${state.modelName}, ${state.wantedModelVersion}): start it with the other model first`,
    );
  if (now) await activateNow({ backlog: deps.database.backlog, log: deps.log });
}

/** @throws HostError MODEL_SWITCH when no change is under way */
export async function rollBackModel({ database, log }: ModelSwitchDeps): Promise<void> {
  if (!(await database.clipState.rollBack()))
    throw new HostError(
      'MODEL_SWITCH',
      'no change of models is under way: once the search went over, only another switch leads back',
    );
  const { wantedModelVersion } = await database.clipState.read();
  log.info({ to: wantedModelVersion }, 'the change of models was taken back');
}

/**
 * A changed CLIP_MODEL or CLIP_MODEL_DIR is a wish for another model, where the embedded encoder is the only one. The same
 * setting with another model behind it is none, and nor is the starter model: a setting that was forgotten once must not
 * begin to encode everything anew.
 */
export async function followModelSetting(deps: ModelSwitchDeps, apollo: EmbeddedApollo | null): Promise<void> {
  const { config, database, log } = deps;
  if (apollo === null || config.apolloUrl.addresses.length > 0) return;
  const state = await database.clipState.read();
  const { wantedModelVersion, modelName, modelSetting } = state;
  const isSame = wantedModelVersion === null || wantedModelVersion === apollo.modelVersion;
  if (isSame || modelName === STARTER_MODEL) return database.clipState.keepSetting(settingOf(config));
  if (modelSetting === null || modelSetting === settingOf(config) || apollo.modelName === STARTER_MODEL) {
    log.warn(
      { wantedModelVersion, served: apollo.modelVersion },
      'the encoder serves another model than the photos are in',
    );
    return;
  }
  await switchToOther(deps, state);
}

async function switchToOther(deps: ModelSwitchDeps, state: ClipModelState): Promise<boolean> {
  const { database, log } = deps;
  const from = state.wantedModelVersion;
  if (from === null)
    throw new HostError('MODEL_SWITCH', 'no photo is encoded yet: the first encoder that is met decides the model');
  const model = await findOther(deps, from);
  if (model === undefined) return false;
  const { version, name, dimension } = model;
  await database.clipState.switchTo(from, { version, name, dimension });
  await database.clipState.keepSetting(settingOf(deps.config));
  log.info({ from, to: version, name }, 'photos change to another model; the search follows when they are ready');
  return true;
}

/** Each encoder is asked by itself: the client that encodes takes one model, and may have met none of the others yet. */
async function findOther(deps: ModelSwitchDeps, wanted: string): Promise<ClipModel | undefined> {
  if (!deps.clipClient.isEnabled)
    throw new HostError('MODEL_SWITCH', 'no encoder is configured (APOLLO_URL=disabled), so there is no other model');
  const { encoders } = deps.clipClient.health();
  const asked = await Promise.allSettled(encoders.map(({ address }) => askModel(deps, address)));
  const models = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  if (models.length > 0) return models.find(({ version }) => version !== wanted);
  const [cause] = asked.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  throw new HostError('MODEL_SWITCH', `no encoder answers, so there is no other model: ${messageOf(cause)}`, { cause });
}

async function askModel({ clientAt }: ModelSwitchDeps, address: string): Promise<ClipModel> {
  await using client = clientAt(address);
  return await client.whenReady({ signal: deadlineSignal(MEETING_MS) });
}

function settingOf({ clipModel, clipModelDir }: ModelSwitchDeps['config']): string {
  return JSON.stringify({ clipModel, clipModelDir });
}
